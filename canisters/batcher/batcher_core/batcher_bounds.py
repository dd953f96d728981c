"""The batcher's settings: defaults, bounds, and their form as one text."""

from typing import Any, NamedTuple

from batcher_core.asker_admission import ANONYMOUS_PUBLIC, ANONYMOUS_REFUSED
from batcher_core.windows import MAX_BATCH
from refrain_core.limits import MAX_NEGATIVE_TTL_S
from refrain_core.refusals import bad_request

MAX_FLIGHTS = 450
"""At most 500 calls of a canister can be outstanding; some room is left for lookups and puts."""

MAX_TICKETS = 20_000
"""What post_upgrade can walk through and stable memory easily holds."""


VOTE_GRACE_S = 150
"""How much longer a vote's lease is than its voters': it outlives them to count them, and a sweep
each minute ends it if its own timer did not."""


class Settings(NamedTuple):
    """Keys and meaning as in BatcherSettings.

    On a 13-node subnet a hit of a short prompt costs batcher and cache 27 M cycles together, and a
    miss at most 72 M beside what infer takes, as measured: the two fees cover that.
    """

    lease_s: int = 120
    ticket_ttl_s: int = 600
    max_flights: int = 200
    max_tickets: int = 2_000
    anonymous: str = ANONYMOUS_REFUSED
    hit_fee_cycles: int = 40_000_000
    margin_cycles: int = 100_000_000
    negative_ttl_s: int = 30
    window_s: int = 1
    window_size: int = MAX_BATCH
    max_waiting: int = 256
    max_calls: int = 16


_BOUNDS = (
    ("lease_s", 5, 3_600),
    ("ticket_ttl_s", 10, 86_400),
    ("max_flights", 1, MAX_FLIGHTS),
    ("max_tickets", 1, MAX_TICKETS),
    ("hit_fee_cycles", 0, 10**12),
    ("margin_cycles", 0, 10**12),
    ("negative_ttl_s", 0, MAX_NEGATIVE_TTL_S),
    ("window_s", 0, 60),
    ("window_size", 1, MAX_BATCH),
    ("max_waiting", 2, MAX_FLIGHTS),
    ("max_calls", 1, MAX_FLIGHTS),
)


def refuse_settings(settings: dict[str, Any]) -> "dict[str, Any] | None":
    """Return the refusal of settings out of bounds, or None."""
    for name, least, most in _BOUNDS:
        if not least <= settings[name] <= most:
            return bad_request(f"{name} is {settings[name]}: choose {least} to {most}")
    if settings["anonymous"] not in (ANONYMOUS_REFUSED, ANONYMOUS_PUBLIC):
        return bad_request('anonymous is "refused" or "public"')
    return None


def settings_from(record: dict[str, Any]) -> Settings:
    """Read a BatcherSettings record."""
    return Settings(*[record[name] for name in Settings._fields])


def with_grace(settings: Settings) -> Settings:
    """Return the settings under which a vote's own flight is opened."""
    return settings._replace(lease_s=settings.lease_s + VOTE_GRACE_S)


def pack_settings(settings: Settings) -> str:
    """Write settings as one text."""
    return "|".join([str(value) for value in settings])


def unpack_settings(text: str) -> Settings:
    """Read what `pack_settings` wrote; fields added since have their defaults."""
    parts = text.split("|")
    values = [part if part.isalpha() else int(part) for part in parts]
    return Settings(*values)  # type: ignore[arg-type]
