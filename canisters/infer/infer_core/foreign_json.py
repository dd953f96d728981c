"""Parsing JSON that somebody else wrote."""

from typing import Any

from refrain_core.json_texts import parse_json


class NotJSON:
    """The type of NOT_JSON."""


NOT_JSON = NotJSON()
"""What is returned for text that is no JSON, or nested too deeply; null is None."""


def parse_foreign(text: str) -> Any:
    """Parse untrusted JSON, or return NOT_JSON."""
    try:
        return parse_json(text)
    except ValueError:
        return NOT_JSON


def decode_foreign(body: bytes) -> Any:
    """Parse an untrusted body of UTF-8, or return NOT_JSON."""
    try:
        return parse_foreign(body.decode())
    except UnicodeDecodeError:
        return NOT_JSON
