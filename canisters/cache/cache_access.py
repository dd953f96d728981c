"""Who may do what with the cache, by a heap copy of its members."""

from typing import Any

from kybra import Principal, ic

import cache_rows
from refrain_api.caller_texts import take_callers_as_texts
from refrain_core.access import (
    refuse_controller_removal,
    refuse_grant,
    refuse_unless_controller,
    refuse_unless_listed,
)
from refrain_core.limits import PUBLIC
from refrain_core.namespaces import may_see
from refrain_core.refusals import bad_request

CONTROLLER = "controller"
WRITER = "writer"

roles: dict[str, set[str]] = {}
"""Principals by role, as loaded; empty until then, so that nobody has a role by accident."""


def caller_text() -> str:
    """Return the caller's principal as text: 0.4 M instructions, so ask once in a message."""
    return str(ic.caller())


def load_roles() -> None:
    """Copy the members from stable memory into the heap, to be compared with callers' texts."""
    take_callers_as_texts()
    roles.update({CONTROLLER: set(), WRITER: set()})
    for role, principal in cache_rows.all_members():
        roles.setdefault(role, set()).add(principal)


def strangers_refusal() -> "dict[str, Any] | None":
    """Refuse a caller who is no controller."""
    return refuse_unless_controller(caller_text(), roles[CONTROLLER])


def stranger_refusal(caller: str) -> "dict[str, Any] | None":
    """Refuse a caller, asked for already, who is no controller."""
    return refuse_unless_controller(caller, roles[CONTROLLER])


def non_writers_refusal() -> "dict[str, Any] | None":
    """Refuse a caller who is no writer."""
    caller, writers = str(ic.caller()), roles[WRITER]
    return None if caller in writers else refuse_unless_listed(caller, writers, WRITER)


def caller_sees(namespace: str) -> bool:
    """Tell whether the caller, who is asked for only where it matters, may read a namespace."""
    return namespace == PUBLIC or sees(caller_text(), namespace)


def is_member(namespace: str, caller: str) -> bool:
    """Tell whether a shared namespace lists a caller."""
    return caller in roles.get(namespace, ())


def tenant_sees(tenant: str, namespace: str) -> bool:
    """Tell whether a namespace's entries are a tenant's to read."""
    return may_see(namespace, tenant, is_member)


def sees(caller: str, namespace: str) -> bool:
    """Tell whether a caller may read entries of a namespace."""
    return tenant_sees(caller, namespace) or is_staff(caller)


def is_staff(caller: str) -> bool:
    """Tell whether a caller is a writer or a controller."""
    return caller in roles[WRITER] or caller in roles[CONTROLLER]


def is_writer(caller: str) -> bool:
    """Tell whether a caller is a writer."""
    return caller in roles[WRITER]


def is_controller(caller: str) -> bool:
    """Tell whether a caller is a controller."""
    return caller in roles[CONTROLLER]


def grant(role: str, principal: str) -> Any:
    """Give a role on behalf of who may; returns Done."""
    refusal = _refuse_granting(role) or refuse_grant(principal) or _checksum_refusal(principal)
    if refusal is not None:
        return {"Refused": refusal}
    if principal in roles.get(role, ()):
        return {"Ok": f"{principal} is a {_as(role)} already"}
    add(role, principal)
    return {"Ok": f"{principal} is a {_as(role)} now"}


def withdraw(role: str, principal: str) -> Any:
    """Take a role on behalf of who may give it, never the last controller's; returns Done."""
    refusal = _refuse_granting(role)
    if refusal is None and role == CONTROLLER:
        refusal = refuse_controller_removal(principal, roles[CONTROLLER])
    if refusal is not None:
        return {"Refused": refusal}
    if principal not in roles.get(role, ()):
        return {"Ok": f"{principal} was no {_as(role)}"}
    cache_rows.drop_member(role, principal)
    roles[role].discard(principal)
    return {"Ok": f"{principal} is no {_as(role)} any more"}


def add(role: str, principal: str) -> None:
    """Store a role and copy it into the heap."""
    cache_rows.add_member(role, principal)
    roles.setdefault(role, set()).add(principal)


def _refuse_granting(role: str) -> "dict[str, Any] | None":
    """Refuse strangers; writers, who read and write all namespaces, may list their members."""
    caller = caller_text()
    return (
        None if role not in (CONTROLLER, WRITER) and is_writer(caller) else stranger_refusal(caller)
    )


def _as(role: str) -> str:
    return role if role in (CONTROLLER, WRITER) else f"member of {role}"


def _checksum_refusal(principal: str) -> "dict[str, Any] | None":
    """Refuse a mistyped principal; kybra raises a bare Exception for it."""
    try:
        Principal.from_str(principal)
    except Exception:  # noqa: BLE001  # the only kind that it raises
        return bad_request("not a principal: its checksum does not fit, check for a typing error")
    return None
