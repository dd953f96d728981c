"""Who may do what: pure decisions over sets of principals in their text form.

Every canister has controllers, who configure it, and one list of those whom it serves (writers,
askers). Both are closed by default: the installer is the only controller, the list is empty.
"""

from collections.abc import Collection
from typing import Any

from refrain_core.limits import ANONYMOUS
from refrain_core.refusals import bad_request, not_allowed

MAX_PRINCIPAL_CHARACTERS = 63
"""29 bytes and their checksum in base32, with dashes."""

_GROUP = 5
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")


def refuse_unless_controller(caller: str, controllers: Collection[str]) -> "dict[str, Any] | None":
    """Refuse everybody but a controller."""
    if caller in controllers:
        return None
    return not_allowed("only a controller may do this: call with a controller's identity")


def refuse_unless_listed(
    caller: str, listed: Collection[str], role: str
) -> "dict[str, Any] | None":
    """Refuse whoever is not on the list of `role`s, such as "writer"."""
    if caller in listed:
        return None
    return not_allowed(f"only a {role} may do this: a controller must allow you first")


def refuse_grant(principal: str) -> "dict[str, Any] | None":
    """Refuse to give a role to what is no principal, or to callers that did not sign."""
    if not is_principal_text(principal):
        return bad_request("not a principal: give its text form, such as aaaaa-aa")
    if principal == ANONYMOUS:
        return bad_request("the anonymous principal is everybody: it can have no role")
    return None


def refuse_controller_removal(
    principal: str, controllers: Collection[str]
) -> "dict[str, Any] | None":
    """Refuse to remove a stranger, or the last controller."""
    if principal not in controllers:
        return bad_request("not a controller: nothing to remove")
    if len(controllers) == 1:
        return bad_request("the last controller cannot be removed: add another one first")
    return None


def is_principal_text(text: str) -> bool:
    """Tell whether `text` has a principal's form: base32 in groups of five (no checksum check)."""
    if len(text) > MAX_PRINCIPAL_CHARACTERS:
        return False
    *whole, last = text.split("-")
    return (
        bool(whole)
        and all(len(group) == _GROUP and _LETTERS.issuperset(group) for group in whole)
        and 1 <= len(last) <= _GROUP
        and _LETTERS.issuperset(last)
    )
