"""What an ask costs and how each asker's account moves; every cycle is somewhere.

Of an account: charged = spent + margin + credit + held, at all times. `charged` came with the
asker's calls and was not sent back, `spent` went on to the infer canister, `margin` is the owner's,
`credit` is used up first by later asks, and `held` is the worst case of calls that are out.
"""

from typing import Any, NamedTuple

from batcher_core.request_size import request_bytes
from refrain_core.outcall_price import (
    CYCLES_PER_REQUEST_BYTE,
    CYCLES_PER_RESPONSE_BYTE,
    DEFAULT_NODES,
    ENVELOPE_BYTES,
    HELD_CYCLES_PER_CALL,
    max_response_bytes_for,
    outcall_fee_cycles,
)
from refrain_core.refusals import out_of_cycles, too_few_cycles

FRAMING_BYTES = 4_000
"""Room for what infer adds to a request: URL, headers, key, transform name, JSON around it."""

ROUND_TOKENS = 4_096
"""The most that a provider gives in one round, and what an absent max_tokens may mean there."""

MAX_ROUNDS = 32
"""The most rounds that one answer may take."""

LEAST_ROUND_TOKENS = 256
"""What a round is reckoned to bring: infer asks for so many of a provider it does not know yet."""

BYTES_SO_FAR_PER_TOKEN = 5
"""What a token of an earlier round is reckoned to add to a later one, as escaped text."""

SO_FAR_CYCLES_PER_BYTE = (CYCLES_PER_REQUEST_BYTE + CYCLES_PER_RESPONSE_BYTE) * DEFAULT_NODES
"""An earlier round's text goes out with the request; some servers repeat it in their reply."""

INFER_CYCLES = 100_000_000
"""Room for what infer takes beside the outcall's fee, for its messages and instructions."""


class Price(NamedTuple):
    """What one ask may cost, in cycles. call: attached to the infer call, as an upper bound."""

    hit_cycles: int
    call_cycles: int
    margin_cycles: int

    @property
    def miss_cycles(self) -> int:
        """The worst case of a miss."""
        return self.call_cycles + self.margin_cycles


class Account(NamedTuple):
    """One asker's cycles; the module says what each field means."""

    charged: int = 0
    spent: int = 0
    margin: int = 0
    credit: int = 0
    held: int = 0


def request_bytes_bound(request: dict[str, Any]) -> int:
    """Bound the bytes that infer sends for `request`: its texts, written as infer writes them."""
    return FRAMING_BYTES + request_bytes(request)


def price_of(
    request: dict[str, Any], hit_fee_cycles: int, margin_cycles: int, samples: int = 1
) -> Price:
    """Price `request`, asked so many times; the calls' bound lies above what infer accepts."""
    call_cycles = call_cycles_of(request, rounds_of(request["max_tokens"]))
    return Price(hit_fee_cycles, samples * call_cycles, samples * margin_cycles)


def rounds_of(max_tokens: "int | None") -> int:
    """Return how many rounds an answer is reckoned to take; without a limit one pays for all."""
    if max_tokens is None:
        return 1
    return min(MAX_ROUNDS, -(-max_tokens // LEAST_ROUND_TOKENS))


def call_cycles_of(request: dict[str, Any], rounds: int) -> int:
    """Bound what `rounds` calls for one answer cost: its whole text once, and each one's fees."""
    tokens = min(request["max_tokens"] or ROUND_TOKENS, ROUND_TOKENS)
    sent_bytes = request_bytes_bound(request)
    cycles = outcall_fee_cycles(sent_bytes, max_response_bytes_for(tokens)) + INFER_CYCLES
    later = rounds - 1
    if not later:
        return cycles
    # Each later round goes out with all that was said before it: one round's text, then two's.
    so_far_bytes = LEAST_ROUND_TOKENS * BYTES_SO_FAR_PER_TOKEN * later * rounds // 2
    each_cycles = outcall_fee_cycles(sent_bytes, ENVELOPE_BYTES) + INFER_CYCLES
    return cycles + later * each_cycles + so_far_bytes * SO_FAR_CYCLES_PER_BYTE


def quote_of(price: Price) -> dict[str, int]:
    """Return the price as a Quote record."""
    return {
        "hit_cycles": price.hit_cycles,
        "miss_cycles": price.miss_cycles,
        "held_cycles": HELD_CYCLES_PER_CALL,
    }


def still_due(account: Account, due_cycles: int) -> int:
    """Return what must come with the call, once the credit is used up."""
    return max(0, due_cycles - account.credit)


def refuse_too_few(account: Account, due_cycles: int, attached: int) -> "dict[str, Any] | None":
    """Refuse a call that brings too few cycles for `due_cycles`."""
    expected = still_due(account, due_cycles)
    return too_few_cycles(expected, attached) if attached < expected else None


def refuse_short_balance(balance: int, incoming: int, call_cycles: int) -> "dict[str, Any] | None":
    """Refuse a call that the canister cannot pay for: attaching more than there is would trap."""
    needed = call_cycles + HELD_CYCLES_PER_CALL
    available = balance + incoming
    return out_of_cycles(needed, available) if available < needed else None


def fee_taken(account: Account, accepted: int, fee_cycles: int) -> Account:
    """Book a fee, paid from the credit and from the `accepted` cycles."""
    return account._replace(
        charged=account.charged + accepted,
        margin=account.margin + fee_cycles,
        credit=account.credit + accepted - fee_cycles,
    )


def secured(account: Account, accepted: int, due_cycles: int) -> Account:
    """Hold the worst case of a call before it is made."""
    return account._replace(
        charged=account.charged + accepted,
        credit=account.credit + accepted - due_cycles,
        held=account.held + due_cycles,
    )


def released(account: Account, due_cycles: int, spent: int, margin: int) -> Account:
    """Book what a call cost of the `due_cycles` held for it; the rest becomes credit."""
    return account._replace(
        spent=account.spent + spent,
        margin=account.margin + margin,
        credit=account.credit + due_cycles - spent - margin,
        held=account.held - due_cycles,
    )


def withdrawn(account: Account, cycles: int) -> Account:
    """Book cycles that are sent back out of the credit."""
    return account._replace(charged=account.charged - cycles, credit=account.credit - cycles)


def is_balanced(account: Account) -> bool:
    """Tell whether the account's cycles are all somewhere, and none is owed."""
    return account.charged == sum(account[1:]) and min(account) >= 0
