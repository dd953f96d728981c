"""What an operator may allow beyond what the Internet Computer does."""

from __future__ import annotations

from typing import NamedTuple


class ManagementOptions(NamedTuple):
    """Both are off unless asked for.

    `accept_foreign` keeps modules that carry no Python bundle, inert: their calls are refused.
    `users_create` lets a user call `create_canister`, which otherwise only canisters can.
    """

    accept_foreign: bool = False
    users_create: bool = False
