"""How many instructions a message of each kind may spend.

The platform's limits, as of the ic repository of 2026; docs/decisions/012 says what an
installation's share for a module's compilation is.
"""

from __future__ import annotations

BILLION = 1_000_000_000
UNLIMITED = 1 << 62
UPDATE = 40 * BILLION
QUERY = 5 * BILLION
INSPECTION = 200_000_000
INSTALLATION = 300 * BILLION
COMPILATION = 160 * BILLION
"""6,000 for each byte of a Kybra module of 26.7 MB, taken off an installation's limit."""

BY_KIND: dict[str, int] = {
    "update": UPDATE,
    "callback": UPDATE,
    "timer": UPDATE,
    "query": QUERY,
    "inspect": INSPECTION,
    "install": INSTALLATION,
    "pre_upgrade": INSTALLATION,
}
"""By the kind of a message, as the platform names the limit when it is exceeded."""

CODE = "IC0522"


def of_message(kind: str, already_spent: int = 0) -> int:
    """What a message of this kind may spend; an upgrade's two halves share one limit."""
    limit = BY_KIND[kind]
    return limit if limit != INSTALLATION else limit - COMPILATION - already_spent


def exceeded(kind: str) -> str:
    """The platform's text for a message over its limit."""
    limit = BY_KIND[kind]
    return f"Canister exceeded the limit of {limit} instructions for single message execution.."
