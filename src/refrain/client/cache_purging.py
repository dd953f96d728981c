"""Removing answers from the cache: one by its digest, or all of a scope at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel.principals import InvalidPrincipalError, bytes_of
from refrain.client.cache_shards import tell_all
from refrain.client.refusal_texts import refused
from refrain_core.fingerprint import is_digest
from refrain_core.limits import PUBLIC
from refrain_core.model_names import parse_model
from refrain_core.namespaces import is_shared_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.client.asking import Asked

ALL = "all"
KEY = "key"


def purge(connection: Asked, kind: str, name: str) -> str:
    """Purge a scope, or remove one answer; returns what was done in words.

    Raises:
        ValueError: no such scope; the text says what it has to be.
        Refused: the cache would not.
    """
    fault = _fault(kind, name)
    if fault is not None:
        raise ValueError(fault)
    if kind == KEY:
        return _done(connection, "remove", name)
    return _done(connection, "purge", ALL if kind == ALL else f"{kind}/{name}")


def taint(connection: Asked, voter: str) -> str:
    """Hide whatever a voter has or will have a say in; raises Refused."""
    return _done(connection, "taint", voter)


def clear_taint(connection: Asked, voter: str) -> str:
    """Show again what a voter had a say in; raises Refused."""
    return _done(connection, "clear_taint", voter)


def is_namespace(text: str) -> bool:
    """Tell whether a text is a principal, "public" or "shared:NAME"."""
    if text == PUBLIC or is_shared_name(text):
        return True
    try:
        bytes_of(text)
    except InvalidPrincipalError:
        return False
    return True


def _done(connection: Asked, method: str, argument: str) -> str:
    replies = tell_all(connection, method, argument)
    if "Refused" in replies[-1]:
        raise refused(replies[-1]["Refused"])
    done: list[str] = [reply["Ok"] for reply in replies]
    # Of several caches, the one that had the answer says so.
    return next((text for text in done if text == "removed"), done[0])


def _fault(kind: str, name: str) -> str | None:
    """What keeps the cache from ever meeting such a scope, though it would take it."""
    form, fits = _SCOPES[kind]
    return None if fits(name) else f"{kind} needs {form}."


def _is_tag(name: str) -> bool:
    namespace, _, tag = name.partition("/")
    return is_namespace(namespace) and bool(tag)


_SCOPES: dict[str, tuple[str, Callable[[str], bool]]] = {
    ALL: ("no name", lambda name: not name),
    KEY: ("DIGEST, 64 hexadecimal digits in lower case", is_digest),
    "tag": ("NAMESPACE/TAG", _is_tag),
    "model": (
        "NAME without its version, or choose version",
        lambda name: bool(name) and "@" not in name,
    ),
    "version": ("NAME@REVISION:QUANTIZATION", lambda name: parse_model(name) is not None),
    "namespace": ("a principal, public or shared:NAME", is_namespace),
    "voter": ("NAME", bool),
}

KINDS = tuple(_SCOPES)
"""What can be purged."""
