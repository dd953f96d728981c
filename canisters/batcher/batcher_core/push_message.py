"""What a push says: a ticket's number, how it ended, and the answer or why there is none.

Its bytes are written by hand, since Kybra encodes for methods only that are named in the source.
"""

from typing import Any

from batcher_core.batch_lines import told

_HEADER = b"DIDL\x00\x03\x78\x71\x71"
"""No types, and three values: a nat64 and two texts."""

_SEVEN_BITS = 0x7F
_GOES_ON = 0x80


def pushed_bytes(ticket: int, state: dict[str, Any]) -> bytes:
    """Write a ticket's end as the Candid arguments (nat64, text, text)."""
    ((end, shown),) = state.items()
    return _HEADER + ticket.to_bytes(8, "little") + _text(end) + _text(_content(end, shown))


def _content(end: str, shown: Any) -> str:
    if end == "Settled":
        return str(shown["answer"]["content"])
    if end == "Consistent":
        return str(shown["answered"]["answer"]["content"])
    if end == "Inconsistent":
        return str(shown["reason"])
    return told(shown) if end == "Failed" else str(shown)


def _text(text: str) -> bytes:
    data = text.encode()
    size, head = len(data), []
    while size > _SEVEN_BITS:
        head.append(size & _SEVEN_BITS | _GOES_ON)
        size >>= 7
    return bytes([*head, size]) + data
