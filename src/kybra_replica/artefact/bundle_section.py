"""The custom section that holds a program: JSON with its name, entry and sources.

    {"entry": "main", "installed": ["kybra_simple_db"], "name": "cache", "sources": {"main.py": …}}

`installed` names the packages that were found among the builder's installed ones: rules judge
them as somebody else's code.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.artefact.refusals import BundleRefused

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program

_KEYS = {"entry", "installed", "name", "sources"}
_MAX_NAME_CHARACTERS = 200
_MODULE_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.py")
# No dots in folders: a path never leaves the folder it is written to, and none is another's folder.


class BundleText(NamedTuple):
    """A program's sources as the section has them, held to its form."""

    name: str
    entry: str
    sources: dict[str, str]
    installed: frozenset[str]


def write_bundle(program: Program, installed: frozenset[str]) -> bytes:
    """The section's bytes; the same for the same program."""
    content = {
        "entry": program.entry,
        "installed": sorted(installed),
        "name": program.name,
        "sources": program.sources,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def read_bundle(section: bytes) -> BundleText:
    """What `write_bundle` wrote; BundleRefused for anything of another form."""
    try:
        content = json.loads(section.decode())
    except (ValueError, RecursionError) as error:
        raise BundleRefused(f"The bundle is not JSON: {error}.") from None
    if not isinstance(content, dict) or set(content) != _KEYS:
        raise BundleRefused(f"The bundle must have exactly the keys {', '.join(sorted(_KEYS))}.")
    bundle = BundleText(
        name=_name(content["name"], "name"),
        entry=_name(content["entry"], "entry"),
        sources=_sources(content["sources"]),
        installed=_names(content["installed"]),
    )
    if f"{bundle.entry}.py" not in bundle.sources:
        raise BundleRefused(f"The bundle has no file {bundle.entry}.py, which is its entry.")
    return bundle


def _name(value: Any, what: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME_CHARACTERS:
        raise BundleRefused(f"The bundle's {what} must be a short text.")
    return value


def _names(value: Any) -> frozenset[str]:
    if not isinstance(value, list):
        raise BundleRefused("The bundle's installed packages must be a list of names.")
    return frozenset(_name(each, "list of installed packages") for each in value)


def _sources(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BundleRefused("The bundle's sources must map paths to texts.")
    for path, text in value.items():
        if len(path) > _MAX_NAME_CHARACTERS or not _MODULE_PATH.fullmatch(path):
            raise BundleRefused(f"The bundle's path {path[:80]!r} does not name a Python module.")
        if not isinstance(text, str) or not _is_writable(text):
            raise BundleRefused(f"The bundle's file {path} is not a text.")
    return value


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
