"""Why a request to a network came to nothing, beside a canister's own reject."""

# ruff: noqa: N818 - each error is named for what it says

from __future__ import annotations

from refrain.failures import RefrainError


class BadIdentity(RefrainError):
    """A PEM file holds no key that the Internet Computer knows."""


class Unreachable(RefrainError):
    """Nobody answers at the network's URL, or what answers is no network."""

    exit_code = 3


class NotAccepted(RefrainError):
    """The network refused the request before any canister saw it."""


class Untrusted(RefrainError):
    """An answer is not signed by whom it must be: whatever it says is not told."""


class Stale(Untrusted):
    """A certificate is older than five minutes, or from the future: or our clock is wrong."""


class NeverSettled(RefrainError):
    """The network took an update, and its end could not be read in time. It may have run."""
