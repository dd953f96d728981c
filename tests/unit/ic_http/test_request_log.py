"""One request id runs once, and how it ended can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.ic_http.ingress_window import WINDOW_NS
from kybra_replica.ic_http.request_log import MAX_OPEN, MAX_REFUSALS, SWEEP_NS, RequestLog
from kybra_replica.ic_http.state_facts import RequestFacts, ended
from kybra_replica.kernel import ingress
from kybra_replica.kernel.rejects import Reject
from kybra_replica.stable.store import Store
from tests.unit.ic_http.signed_requests import CANISTER, NOW_NS

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST, ALICE = b"r" * 32, b"alice"


@pytest.fixture
def store() -> Iterator[Store]:
    """A state that lives in memory."""
    store = Store(None)
    yield store
    store.close()


@pytest.fixture
def log(store: Store) -> RequestLog:
    """An empty log."""
    return RequestLog(store)


def begin(store: Store, log: RequestLog) -> int:
    """Admit and queue one request; the kernel's number of it."""
    log.admit(REQUEST, ALICE, CANISTER, NOW_NS)
    number = ingress.receive(store, CANISTER, "echo")
    log.queued(REQUEST, number)
    return number


def test_a_request_is_processing_until_it_ends(store: Store, log: RequestLog) -> None:
    """Then everybody who waits for it is told, once."""
    told: list[RequestFacts] = []
    number = begin(store, log)
    log.wait(REQUEST, told.append)
    found = log.find(REQUEST)
    assert found is not None
    assert found.state == "processing"
    ingress.keep_answer(store, number, b"DIDL")
    log.settle(REQUEST, NOW_NS)
    assert told == [ended(ALICE, CANISTER, b"DIDL")]
    assert log.find(REQUEST) == told[0]


def test_an_unknown_request_is_none(log: RequestLog) -> None:
    """Nothing was taken under that id."""
    assert log.find(REQUEST) is None
    assert log.status(REQUEST) is None


def test_a_refused_request_may_be_sent_again_and_its_refusal_be_read(log: RequestLog) -> None:
    """Who was told to come back before it was refused finds out why."""
    log.admit(REQUEST, ALICE, CANISTER, NOW_NS)
    refused = ended(ALICE, CANISTER, Reject(3, "none", "IC0301"))
    log.refuse(REQUEST, refused, NOW_NS)
    assert log.find(REQUEST) is None
    assert log.status(REQUEST) == refused


def test_a_restart_knows_what_ran_and_what_was_lost(store: Store, log: RequestLog) -> None:
    """The next process neither runs a request again nor lets its sender wait for ever."""
    number = begin(store, log)
    ingress.keep_answer(store, number, b"DIDL")
    log.admit(b"q" * 32, ALICE, CANISTER, NOW_NS)
    after = RequestLog(store)
    assert after.find(REQUEST) == ended(ALICE, CANISTER, b"DIDL")
    lost = after.find(b"q" * 32)
    assert lost is not None
    assert lost.state == "rejected"


def test_an_answer_that_the_kernel_forgot_is_done(store: Store, log: RequestLog) -> None:
    """It ran, and nobody can say any more how it ended."""
    begin(store, log)
    store.connection.execute("DELETE FROM ingress")
    found = RequestLog(store).find(REQUEST)
    assert found is not None
    assert found.state == "done"


def test_old_requests_are_forgotten_and_open_ones_never(store: Store, log: RequestLog) -> None:
    """An id is kept while it could be sent again and five minutes after its end."""
    number = begin(store, log)
    log.sweep(NOW_NS + 10 * WINDOW_NS)
    assert log.find(REQUEST) is not None
    ended_ns = NOW_NS + 20 * WINDOW_NS
    ingress.keep_answer(store, number, b"DIDL")
    log.settle(REQUEST, ended_ns)
    log.sweep(ended_ns + WINDOW_NS)
    assert log.find(REQUEST) is not None
    log.sweep(ended_ns + WINDOW_NS + SWEEP_NS + 1)
    assert log.find(REQUEST) is None


def test_refusals_are_forgotten_too(log: RequestLog) -> None:
    """After their time, and earlier where there are too many of them."""
    refused = ended(ALICE, CANISTER, Reject(3, "none"))
    for number in range(MAX_REFUSALS + 1):
        request_id = number.to_bytes(32, "big")
        log.admit(request_id, ALICE, CANISTER, NOW_NS)
        log.refuse(request_id, refused, NOW_NS)
    assert log.status(bytes(32)) is None
    assert log.status(MAX_REFUSALS.to_bytes(32, "big")) == refused
    log.sweep(NOW_NS + 2 * WINDOW_NS)
    assert log.status(MAX_REFUSALS.to_bytes(32, "big")) is None


def test_a_log_with_too_much_under_way_is_full(log: RequestLog) -> None:
    """Nothing more is admitted before something ends."""
    for number in range(MAX_OPEN):
        assert not log.is_full
        log.admit(number.to_bytes(32, "big"), ALICE, CANISTER, NOW_NS)
    assert log.is_full
    log.settle(bytes(32), NOW_NS)
    assert not log.is_full
