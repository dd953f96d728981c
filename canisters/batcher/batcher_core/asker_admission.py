"""Who may ask, and at whose expense. Closed by default."""

from collections.abc import Collection, Mapping
from typing import Any

from refrain_core.limits import ANONYMOUS
from refrain_core.refusals import bad_request, not_allowed

SPONSORED = "sponsored"
PAYING = "paying"

ANONYMOUS_REFUSED = "refused"
ANONYMOUS_PUBLIC = "public"


def standing_of(
    caller: str, controllers: Collection[str], askers: Mapping[str, str], anonymous: str
) -> "str | dict[str, Any]":
    """Return `SPONSORED` or `PAYING`, or the refusal of a stranger.

    askers: each allowed principal's "yes" or "no" to being sponsored.
    """
    if caller == ANONYMOUS:
        if anonymous == ANONYMOUS_PUBLIC:
            return SPONSORED
        return not_allowed("anonymous callers are refused here: sign your call")
    if caller in controllers:
        return SPONSORED
    sponsored = askers.get(caller)
    if sponsored is None:
        return not_allowed("you are not on the list of askers: a controller must allow you first")
    return SPONSORED if sponsored == "yes" else PAYING


def refuse_asker(sponsored: str) -> "dict[str, Any] | None":
    """Refuse an asker's settings that say neither yes nor no."""
    if sponsored in ("yes", "no"):
        return None
    return bad_request('sponsored is "yes" (the batcher pays) or "no" (the asker attaches cycles)')
