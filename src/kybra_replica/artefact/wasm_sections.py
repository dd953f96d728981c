"""Reads a module's sections; whatever the bytes are, the answer is sections or `MalformedWasm`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kybra_replica.artefact.compression import unpacked
from kybra_replica.artefact.refusals import NO_MODULE, MalformedWasm
from kybra_replica.artefact.section_names import PRIVATE, PUBLIC
from kybra_replica.artefact.wasm_encoding import CUSTOM, MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_SECTION = 13
_U32_BITS = 32


class MetadataSection(NamedTuple):
    """What a module says of itself; not public means to its controllers alone."""

    content: bytes
    is_public: bool


def metadata_sections(module: bytes) -> dict[str, MetadataSection]:
    """The `icp:` custom sections of a module as sent, plain or gzip, by name.

    MalformedWasm for bytes that are no module, and for a section that stands there twice.
    """
    found: dict[str, MetadataSection] = {}
    for title, content in _custom_sections(unpacked(module)):
        for prefix in (PUBLIC, PRIVATE):
            if title.startswith(prefix):
                name = title.removeprefix(prefix)
                if name in found:
                    raise MalformedWasm(f"The custom section {name!r} stands there twice.")
                found[name] = MetadataSection(content, is_public=prefix == PUBLIC)
    return found


def _custom_sections(wasm: bytes) -> Iterator[tuple[str, bytes]]:
    if wasm[: len(MAGIC)] != MAGIC:
        raise MalformedWasm(NO_MODULE)
    cursor = _Cursor(wasm, len(MAGIC))
    while cursor.at < len(wasm):
        number = cursor.byte()
        content = cursor.take(cursor.size())
        if number > _LAST_SECTION:
            raise MalformedWasm(f"The module has a section of the unknown kind {number}.")
        if number == CUSTOM:
            inner = _Cursor(content, 0)
            title = inner.take(inner.size())
            yield _utf8(title), content[inner.at :]


class _Cursor:
    """A place in bytes that moves on with each read."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def byte(self) -> int:
        return self.take(1)[0]

    def take(self, size: int) -> bytes:
        if size > len(self._data) - self.at:
            raise MalformedWasm("The module ends in the middle of a section.")
        self.at += size
        return self._data[self.at - size : self.at]

    def size(self) -> int:
        """A 32-bit number in LEB128."""
        number = 0
        for shift in range(0, _U32_BITS, 7):
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            if byte < 1 << 7 and number < 1 << _U32_BITS:
                return number
        raise MalformedWasm("The module holds a length over 32 bits.")


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise MalformedWasm("A custom section's name is not UTF-8.") from None
