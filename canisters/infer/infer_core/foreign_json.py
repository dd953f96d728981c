"""Parsing JSON that somebody else wrote."""

import json
import sys
from typing import Any

NESTING_LIMIT = 300
"""At the default limit, 427 brackets end the canister's stack in a trap that nothing catches."""


class NotJSON:
    """The type of NOT_JSON."""


NOT_JSON = NotJSON()
"""What is returned for text that is no JSON, or nested too deeply; null is None."""


def parse_foreign(text: str) -> Any:
    """Parse untrusted JSON under a lowered recursion limit, or return NOT_JSON."""
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(min(before, NESTING_LIMIT))
        return json.loads(text)
    except (ValueError, RecursionError):
        return NOT_JSON
    finally:
        sys.setrecursionlimit(before)


def decode_foreign(body: bytes) -> Any:
    """Parse an untrusted body of UTF-8, or return NOT_JSON."""
    try:
        return parse_foreign(body.decode())
    except UnicodeDecodeError:
        return NOT_JSON
