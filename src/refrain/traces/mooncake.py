"""Mooncake's JSON lines: a request on each, whose `hash_ids` name the prefix blocks of its prompt.

Each block is one access. Blocks have no size in bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from refrain.failures import BadTrace
from refrain.traces.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


def read_mooncake(file: BinaryIO) -> Iterator[Access]:
    """Read the blocks of all requests, in order.

    Raises:
        BadTrace: a line is no JSON object with a list of whole numbers or texts as `hash_ids`.
    """
    for number, line in enumerate(file, 1):
        if line.strip():
            for block in _blocks(line, number):
                yield Access(block)


def _blocks(line: bytes, number: int) -> list[int | str]:
    try:
        request: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise BadTrace(f"line {number} is no JSON") from None
    blocks = request.get("hash_ids") if isinstance(request, dict) else None
    if not isinstance(blocks, list) or not all(type(block) in (int, str) for block in blocks):
        raise BadTrace(f"line {number} has no list `hash_ids` of whole numbers or texts")
    return blocks
