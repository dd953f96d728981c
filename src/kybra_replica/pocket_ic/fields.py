"""Reads the fields of a JSON body; a field that is not of its form is a `PocketIcError`."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from typing import Any

from kybra_replica.candid.principals import MAX_PRINCIPAL_BYTES
from kybra_replica.pocket_ic.faults import malformed

Body = dict[str, Any]
MAX_NAT64 = 2**64 - 1
MAX_NAT128 = 2**128 - 1


def parse(body: bytes) -> Body:
    """A request's body; an empty one is an empty object."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None
    if not isinstance(value, dict):
        raise malformed("the body is not a JSON object")
    return value


def text(body: Body, name: str) -> str:
    """A text field."""
    value = body.get(name)
    if not isinstance(value, str):
        raise malformed(f"`{name}` is not a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise malformed(f"`{name}` is not Unicode") from None
    return value


def blob(body: Body, name: str) -> bytes:
    """Bytes, written in base64."""
    try:
        return b64decode(text(body, name), validate=True)
    except (binascii.Error, ValueError):
        raise malformed(f"`{name}` is not base64") from None


def principal(body: Body, name: str) -> bytes:
    """A principal's bytes, written in base64."""
    raw = blob(body, name)
    if len(raw) > MAX_PRINCIPAL_BYTES:
        raise malformed(f"`{name}` is longer than a principal")
    return raw


def number(body: Body, name: str, most: int = MAX_NAT64) -> int:
    """A natural number up to `most`."""
    value = body.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise malformed(f"`{name}` is not a number from 0 to {most}")
    return value


def within(body: Body, name: str) -> Body:
    """An object within the body."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise malformed(f"`{name}` is not an object")
    return value


def items(body: Body, name: str) -> list[Body]:
    """A list of objects; absent and null are an empty one."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise malformed(f"`{name}` is not a list of objects")
    return value


def base64(raw: bytes) -> str:
    """Bytes as the JSON shows them."""
    return b64encode(raw).decode()
