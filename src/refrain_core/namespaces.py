"""Whose entries a request may meet: a tenant's own, or those that all share."""

from typing import Any

from refrain_core.limits import ANONYMOUS, PUBLIC
from refrain_core.refusals import bad_request, not_allowed


def namespace_for(requested: "str | None", caller: str) -> "str | dict[str, Any]":
    """Decide the namespace of a request, or a refusal as a dict.

    None is the caller's own, named by its principal; "public" is shared by all. Anonymous callers
    share one principal, so that a namespace of their own would belong to anybody.
    """
    if requested == PUBLIC:
        return PUBLIC
    if requested is not None:
        return bad_request('namespace must be absent (your own) or "public"')
    if caller == ANONYMOUS:
        return not_allowed('anonymous callers have no namespace: set it to "public", or sign')
    return caller


def may_see(namespace: str, caller: str) -> bool:
    """Tell whether an entry of `namespace` is the caller's to read."""
    return namespace in (PUBLIC, caller)
