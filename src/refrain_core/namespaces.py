"""Whose entries a request may meet: a tenant's own, those that all share, or a group's."""

from collections.abc import Callable
from typing import Any

from refrain_core.limits import ANONYMOUS, MAX_SHARED_NAME_CHARACTERS, PUBLIC, SHARED_PREFIX
from refrain_core.refusals import bad_request, not_allowed

Membership = Callable[[str, str], bool]
"""Tells of a shared namespace's whole name and a caller whether the one lists the other."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")


def nobody(_namespace: str, _caller: str) -> bool:
    """List no member at all: the default, under which every shared namespace is closed."""
    return False


def namespace_for(
    requested: "str | None", caller: str, is_member: Membership = nobody
) -> "str | dict[str, Any]":
    """Decide the namespace of a request, or a refusal as a dict.

    None is the caller's own, named by its principal; "public" is shared by all, "shared:NAME" by
    those whom its controllers listed. Anonymous callers share one principal, so that a namespace
    of their own, or a membership, would belong to anybody.
    """
    if requested == PUBLIC:
        return PUBLIC
    if requested is not None:
        return _shared(requested, caller, is_member)
    if caller == ANONYMOUS:
        return not_allowed('anonymous callers have no namespace: set it to "public", or sign')
    return caller


def is_shared_name(text: str) -> bool:
    """Tell whether `text` is `shared:` and 1 to 64 small letters, digits, dots, dashes or lines."""
    name = text.removeprefix(SHARED_PREFIX)
    return (
        text.startswith(SHARED_PREFIX)
        and 0 < len(name) <= MAX_SHARED_NAME_CHARACTERS
        and _LETTERS.issuperset(name)
    )


def may_see(namespace: str, caller: str, is_member: Membership = nobody) -> bool:
    """Tell whether an entry of `namespace` is the caller's to read."""
    return namespace in (PUBLIC, caller) or _admits(namespace, caller, is_member)


def _shared(requested: str, caller: str, is_member: Membership) -> "str | dict[str, Any]":
    if not is_shared_name(requested):
        return bad_request('namespace must be absent (your own), "public" or "shared:NAME"')
    if not _admits(requested, caller, is_member):
        return not_allowed(
            "not a member of this shared namespace: a controller lists you by allow_member"
        )
    return requested


def _admits(namespace: str, caller: str, is_member: Membership) -> bool:
    return is_shared_name(namespace) and caller != ANONYMOUS and is_member(namespace, caller)
