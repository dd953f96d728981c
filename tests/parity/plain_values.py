"""A reply as canonical JSON, free of what no two runtimes have in common.

The rules, and no others: a canister's principal is its name; a time is `<time>` unless it is zero;
the hash of a module is `<module>`; a backtrace, which names compiled functions, is cut, and so is
the place in a compiled source that an error's text ends in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import ic

if TYPE_CHECKING:
    from collections.abc import Mapping

TIME_SUFFIX = "_ns"
MODULE_FIELD = "module_hash"
BACKTRACE = re.compile(r"\nCanister Backtrace:\n.*?(?=\.\nConsider|$)", re.DOTALL)
"""PocketIC adds it for controllers, between the message and its advice."""
SOURCE_PLACE = re.compile(r" at /[^\s']+\.rs:\d+")


def plain_text(text: str, names: Mapping[str, str]) -> str:
    """A text of no machine, its canisters named; `names` are their names by principal."""
    text = SOURCE_PLACE.sub("", BACKTRACE.sub("", text))
    for principal, name in names.items():
        text = text.replace(principal, f"<{name}>")
    return text


def plain_value(value: Any, names: Mapping[str, str]) -> Any:
    """A decoded reply as JSON has it."""
    if isinstance(value, dict):
        return {key: _field(key, value[key], names) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain_value(each, names) for each in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, ic.Principal):
        return plain_text(value.to_str(), names)
    return plain_text(value, names) if isinstance(value, str) else value


def _field(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if key.endswith(TIME_SUFFIX) and value:
        return "<time>"
    if key == MODULE_FIELD and value:
        return "<module>"
    return plain_value(value, names)
