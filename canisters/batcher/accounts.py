"""What an asker sees of its cycles, and how it gets its credit back."""

from collections.abc import Generator
from typing import Any, cast

from kybra import Async, CallResult, nat64, query, update

from batcher_state import ledger
from refrain_api.account_records import Account, WithdrawResult
from refrain_api.caller_texts import KnownPrincipal, caller_text
from refrain_api.cycles_service import CyclesService
from refrain_core.refusals import bad_request, internal, too_few_cycles

Withdrawing = Generator[Any, Any, "dict[str, Any]"]

SENDING_CYCLES = 10_000_000
"""What the transfer costs this canister, which keeps it: the call's fee and its two messages."""


@query
def account() -> Account:
    """Return the caller's own account; one who never paid has an empty one."""
    return cast("Account", ledger.account(caller_text())._asdict())


@update
def withdraw(cycles: nat64) -> Async[WithdrawResult]:
    """Send so many cycles of the caller's credit back to it, less what sending costs.

    Only a canister can take cycles. None is sent twice: the credit is gone before the transfer
    begins, and comes back only with the platform's word that the transfer failed.
    """
    try:
        return cast("WithdrawResult", (yield from _withdrawn(caller_text(), cycles)))
    except Exception as error:  # noqa: BLE001 - an async method answers whatever happens
        return cast("WithdrawResult", _refused(internal(f"{type(error).__name__} in withdraw")))


def _withdrawn(asker: str, cycles: int) -> Withdrawing:
    credit = ledger.account(asker).credit
    if cycles <= SENDING_CYCLES:
        return _refused(bad_request(f"sending takes {SENDING_CYCLES} cycles: withdraw more"))
    if credit < cycles:
        return _refused(too_few_cycles(cycles, credit))
    ledger.withdraw(asker, cycles)
    sent = cycles - SENDING_CYCLES
    service = CyclesService(cast("Any", KnownPrincipal("aaaaa-aa")))
    # Committed: the credit is taken. A trap behind this leaves it taken, since the transfer may
    # have succeeded: better a claim to be settled by hand than cycles sent twice.
    receiver: Any = {"canister_id": KnownPrincipal(asker)}
    reply: CallResult[Any] = yield service.deposit_cycles(receiver).with_cycles(sent)
    if reply.Err is None:
        return {"Withdrawn": {"cycles": sent}}
    ledger.give_back(asker, cycles)
    return _refused(bad_request("only a canister can take cycles: your credit is as it was"))


def _refused(refusal: "dict[str, Any]") -> "dict[str, Any]":
    return {"Refused": refusal}
