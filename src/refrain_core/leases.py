"""Leases with deadlines and fencing tokens: what is in flight, and until when.

A lease is never released by `finally`: after a trap in a callback no Python runs. It ends at its
deadline, and a late reply with an old token is dropped.
"""

from typing import NamedTuple


class Lease(NamedTuple):
    """The right to settle one piece of work until a deadline, in nanoseconds since 1970."""

    token: int
    deadline_ns: int


def held(lease: "Lease | None", now_ns: int) -> bool:
    """Tell whether somebody holds the lease now."""
    return lease is not None and now_ns < lease.deadline_ns


def may_settle(lease: "Lease | None", token: int, now_ns: int) -> bool:
    """Tell whether the bearer of `token` may still put its result back."""
    return lease is not None and lease.token == token and now_ns < lease.deadline_ns


def pack_lease(lease: Lease) -> str:
    """Write a lease as ``token|deadline``."""
    return f"{lease.token}|{lease.deadline_ns}"


def unpack_lease(text: str) -> Lease:
    """Read what `pack_lease` wrote.

    Raises:
        ValueError: the text is not of that form.
    """
    token, deadline_ns = text.split("|")
    return Lease(int(token), int(deadline_ns))
