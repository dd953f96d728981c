"""Which format a trace has, by its first bytes, and its accesses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from refrain.failures import BadTrace
from refrain.traces.key_lines import read_key_lines
from refrain.traces.mooncake import read_mooncake
from refrain.traces.oracle_general import RECORD, read_oracle_general

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from refrain.traces.access import Access

READERS = {
    "keys": read_key_lines,
    "mooncake": read_mooncake,
    "oracle-general": read_oracle_general,
}
"""How the accesses of each format are read."""

_HEAD_BYTES = 65_536
_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


def read_trace(path: Path, format_name: str) -> Iterator[Access]:
    """Read the accesses of a file piece by piece.

    Raises:
        BadTrace: it cannot be read, or is not of its format.
    """
    try:
        with path.open("rb") as file:
            yield from READERS[format_name](file)
    except OSError as error:
        raise BadTrace(f"{path} cannot be read: {error.strerror}") from None
    except BadTrace as error:
        raise BadTrace(f"{path} is no trace of the format {format_name}: {error}") from None


def format_of(path: Path) -> str:
    """Name the format of a file by its beginning.

    Raises:
        BadTrace: it cannot be read, is empty, or is of no format that is known.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise BadTrace(f"{path} cannot be read: {error.strerror}") from None
    if not head.strip():
        raise BadTrace(f"{path} is empty")
    for magic, name in _COMPRESSED.items():
        if head.startswith(magic):
            raise BadTrace(f"{path} is compressed by {name}; decompress it first")
    if _is_text(head):
        return "mooncake" if _opens_with_blocks(head) else "keys"
    if size_bytes % RECORD.size == 0:
        return "oracle-general"
    raise BadTrace(f"{path} is neither text nor a whole number of {RECORD.size}-byte records")


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The head may end inside a character.
        return error.reason == "unexpected end of data"
    return True


def _opens_with_blocks(head: bytes) -> bool:
    line = head.lstrip().partition(b"\n")[0]
    if not line.startswith(b"{"):
        return False
    try:
        return "hash_ids" in json.loads(line)
    except (ValueError, RecursionError):
        return b'"hash_ids"' in line
