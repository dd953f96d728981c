"""What cannot be asked: each mistake has its typed refusal, and makes no outcall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ic
import pytest

from tests.parity.dapps import MODEL, STRANGER, request
from tests.parity.pocket import CallRejectedError

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps

ANONYMOUS = ic.Principal.anonymous()
METHOD_NOT_FOUND = 536

REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "no message": ({"messages": []}, "BadRequest"),
    "blank prompt": ({"messages": [{"role": "user", "content": " \n"}]}, "BadRequest"),
    "unknown role": ({"messages": [{"role": "tool", "content": "hi"}]}, "BadRequest"),
    "too many tokens": ({"max_tokens": [32_769]}, "BadRequest"),
    "another's namespace": ({"namespace": ["aaaaa-aa"]}, "BadRequest"),
    "unknown model": ({"model": "large"}, "UnknownModel"),
    "long prompt": ({"messages": [{"role": "user", "content": "x" * 64_001}]}, "TooLarge"),
}


def test_senseless_requests_are_refused(dapps: Dapps) -> None:
    """Each mistake is refused by its own arm, and the model is never asked."""
    refusals = {case: dapps.ask("hello", **fields) for case, (fields, _) in REFUSALS.items()}
    arms = {case: set(reply["Refused"]) for case, reply in refusals.items()}
    assert arms == {case: {arm} for case, (_, arm) in REFUSALS.items()}
    assert MODEL in refusals["unknown model"]["Refused"]["UnknownModel"]
    assert dapps.counters("infer")["outcalls"] == 0


@pytest.mark.parametrize("sender", [STRANGER, ANONYMOUS], ids=["stranger", "anonymous"])
def test_strangers_may_not_ask(dapps: Dapps, sender: ic.Principal) -> None:
    """Whoever is not on the list is refused, by the batcher as by the canisters behind it."""
    assert set(dapps.ask("hello", sender=sender)["Refused"]) == {"NotAllowed"}
    first_round = {"provider": [], "transport": [], "so_far": ""}
    inference = {"digest": "0" * 64, "sample": 0, "request": request("hello"), **first_round}
    direct = dapps.update("infer", "infer", inference, sender=sender)
    assert set(direct["Failed"]["refusal"]) == {"NotAllowed"}
    fetched = dapps.update("cache", "fetch", "public", "0" * 64, "", sender=sender)
    assert set(fetched["Refused"]) == {"NotAllowed"}


def test_strangers_may_not_command(dapps: Dapps) -> None:
    """Settings are the controllers' alone."""
    settings = dapps.query("cache", "settings")
    done = dapps.update("cache", "configure", {**settings, "max_entries": 1}, sender=STRANGER)
    assert set(done["Refused"]) == {"NotAllowed"}
    assert dapps.query("cache", "settings") == settings


def test_unknown_method_is_rejected_by_the_platform(dapps: Dapps) -> None:
    """A method that a canister does not export is a canister error with its name."""
    message = dapps.pocket.submit(dapps.ids["cache"], "no_such", b"DIDL\x00\x00", STRANGER)
    with pytest.raises(CallRejectedError, match="no_such") as caught:
        dapps.pocket.finish(message)
    assert (caught.value.code, caught.value.error_code) == (5, METHOD_NOT_FOUND)


def test_argument_that_is_no_candid_traps_and_changes_nothing(dapps: Dapps) -> None:
    """A trap is a canister error; what was counted before it is rolled back."""
    before = dapps.counters("batcher")
    message = dapps.pocket.submit(dapps.ids["batcher"], "ask", b"no Candid", STRANGER)
    with pytest.raises(CallRejectedError) as caught:
        dapps.pocket.finish(message)
    assert caught.value.code == 5
    assert dapps.counters("batcher") == before


def test_nobody_reads_how_another_s_call_ended(dapps: Dapps) -> None:
    """The status of a message is told to its sender only."""
    message = dapps.begin_ask("hello")
    with pytest.raises(ConnectionError, match="not signed by the caller"):
        dapps.pocket.answer(message, STRANGER)
