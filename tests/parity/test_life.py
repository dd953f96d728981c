"""Stop, upgrade, reinstall, and installs that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.parity.dapps import STRANGER, chat_reply
from tests.parity.management import Management
from tests.parity.pocket import CallRejectedError, replied
from tests.statuses import HIT, MISS_STORED

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps

PROMPT = "Capital of France?"
STOPPED, EMPTY, NOT_CONTROLLER, NOT_EMPTY = 508, 537, 512, 514
NO_MODULE = b"no module"


def test_stopped_canister_takes_no_calls_until_it_starts(dapps: Dapps) -> None:
    """While it is stopped updates and queries are rejected; then everything is as before."""
    dapps.answered(PROMPT, "Paris")
    dapps.management.stop(dapps.ids["batcher"])
    assert set(dapps.management.status(dapps.ids["batcher"])["status"]) == {"stopped"}
    with pytest.raises(CallRejectedError, match="stopped") as update:
        dapps.ask(PROMPT)
    assert (update.value.code, update.value.error_code) == (5, STOPPED)
    with pytest.raises(CallRejectedError) as query:
        dapps.counters("batcher")
    assert query.value.code == 5
    dapps.management.start(dapps.ids["batcher"])
    assert dapps.answered(PROMPT)["cache_status"] == HIT


@pytest.mark.parametrize("name", ["cache", "batcher", "infer"])
def test_upgrade_keeps_what_is_stored(dapps: Dapps, name: str) -> None:
    """After an upgrade of any of the three the answer is still a hit, and asking still works."""
    dapps.answered(PROMPT, "Paris")
    dapps.upgrade(name)
    dapps.pocket.advance(60)
    assert dapps.answered(PROMPT)["cache_status"] == HIT
    assert dapps.answered("another", "x")["cache_status"] == MISS_STORED


def test_timers_go_on_after_an_upgrade(dapps: Dapps) -> None:
    """An upgrade drops timers; the canister sets its own again, so that answers still expire."""
    dapps.configure("cache", default_ttl_s=100)
    dapps.answered(PROMPT, "Paris")
    dapps.upgrade("cache")
    dapps.pocket.advance(101)
    dapps.pocket.advance(60)
    assert dapps.counters("cache")["entries"] == 0


def test_stop_waits_for_the_flight(dapps: Dapps) -> None:
    """A canister with an open call is stopping; it stops when the call is done, and answers it."""
    message = dapps.begin_ask(PROMPT)
    management = dapps.management
    stop = management.begin_stop(dapps.ids["batcher"])
    dapps.pocket.settle()
    assert set(management.status(dapps.ids["batcher"])["status"]) == {"stopping"}
    [outcall] = dapps.pocket.outcalls()
    dapps.pocket.respond(outcall, replied(chat_reply("Paris")))
    assert dapps.asked(message)["Answered"]["answer"]["content"] == "Paris"
    dapps.pocket.finish(stop)
    assert set(management.status(dapps.ids["batcher"])["status"]) == {"stopped"}


def test_reinstall_forgets_everything(dapps: Dapps) -> None:
    """A reinstalled cache is empty and knows no writer."""
    dapps.answered(PROMPT, "Paris")
    dapps.management.install(dapps.ids["cache"], dapps.runtime.module("cache"), "reinstall")
    assert dapps.counters("cache")["entries"] == 0
    assert dapps.update("cache", "writers")["Writers"] == []


@pytest.mark.parametrize("mode", ["upgrade", "reinstall"])
def test_failed_install_changes_nothing(dapps: Dapps, mode: str) -> None:
    """What is no module is refused; the old one runs on with all it stored."""
    dapps.answered(PROMPT, "Paris")
    cache = dapps.ids["cache"]
    before = dapps.management.status(cache)["module_hash"]
    with pytest.raises(CallRejectedError):
        dapps.management.install(cache, NO_MODULE, mode)
    assert dapps.management.status(cache)["module_hash"] == before
    assert dapps.answered(PROMPT)["cache_status"] == HIT


def test_wrong_installs_are_refused(dapps: Dapps) -> None:
    """Only a controller installs, and only a fresh canister is installed into."""
    module = dapps.runtime.module("cache")
    with pytest.raises(CallRejectedError) as stranger:
        Management(dapps.pocket, STRANGER).install(dapps.ids["cache"], module, "upgrade")
    assert stranger.value.error_code == NOT_CONTROLLER
    with pytest.raises(CallRejectedError) as again:
        dapps.management.install(dapps.ids["cache"], module)
    assert again.value.error_code == NOT_EMPTY


def test_empty_canister_answers_nothing(dapps: Dapps) -> None:
    """A canister without a module exists, and rejects every call."""
    empty = dapps.management.create()
    assert dapps.pocket.pic.check_canister_exists(empty)
    with pytest.raises(CallRejectedError) as caught:
        dapps.pocket.query(empty, "counters", b"DIDL\x00\x00", STRANGER)
    assert (caught.value.code, caught.value.error_code) == (5, EMPTY)
