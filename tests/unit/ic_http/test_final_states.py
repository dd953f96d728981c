"""No message is left without an end: slow ones, bugs, restarts, a closed replica."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http.interface import IcInterface
from kybra_replica.kernel.principals import bytes_of
from kybra_replica.live import LiveReplica
from tests.replica.conftest import toy_program
from tests.unit.ic_http.conftest import ANONYMOUS_TEXT, Served, read, text_argument
from tests.unit.ic_http.signed_requests import Draft, ed25519, message, read_state
from tests.unit.ic_http.test_certificates import keys
from tests.unit.ic_http.test_interface import call, sent, status_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from kybra_replica.kernel.replica import Replica

ALICE = ed25519(1)


def hold(served: Served, until: threading.Event) -> None:
    """Keep the replica's thread busy."""
    served.replica.submit(lambda _: until.wait())


def settled(served: Served, request_id: bytes) -> Any:
    """Poll, as agents do, until a request has ended."""
    for _ in range(200):
        answer = served.post(read_state([b"request_status", request_id], key=ALICE))
        if status_of(answer, request_id) in {b"replied", b"rejected"}:
            return answer
        time.sleep(0.02)
    raise AssertionError("the request has no final state")


def test_a_call_that_takes_long_is_accepted_and_ends(served: Served) -> None:
    """202 once the wait is over, and its end is there for who asks again."""
    go = threading.Event()
    hold(served, go)
    answer, request_id = sent(served, call("echo", "slow"))
    assert answer.status == 202
    go.set()
    assert status_of(settled(served, request_id), request_id, b"reply") == text_argument("slow")


def test_a_call_refused_after_its_202_ends_as_rejected(served: Served) -> None:
    """Its sender was told to come back, and finds the refusal."""
    go = threading.Event()
    hold(served, go)
    nobody = "q4eej-kyaaa-aaaaa-aaaha-cai"
    draft = call("echo", "x").with_content(
        canister_id=bytes_of(nobody), ingress_expiry=time.time_ns() + 60_000_000_000
    )
    assert served.resend(draft, "v4", f"canister/{nobody}").status == 202
    go.set()
    answer = settled(served, draft.request_id)
    assert status_of(answer, draft.request_id, b"error_code") == b"IC0301"


def broken(replica: Replica) -> Callable[[], None]:
    """Let the kernel fail at whatever message comes next; how to repair it."""

    def fail(_message: object) -> None:
        raise ZeroDivisionError("a bug")

    replica._processor.process = fail  # type: ignore[method-assign,assignment]

    def repair() -> None:
        del replica._processor.process

    return repair


def test_a_bug_of_the_replica_is_a_certified_reject(served: Served) -> None:
    """The message it hit is rejected as SYS_FATAL; the next one runs."""
    repair = served.replica.submit(broken).result()
    answer, request_id = sent(served, call("echo", "hit"))
    served.replica.submit(lambda _: repair()).result()
    assert answer.status == 200
    assert status_of(answer, request_id, b"reject_code") == b"\x01"
    after, request_id = sent(served, call("echo", "next"))
    assert status_of(after, request_id) == b"replied"


def test_a_bug_in_a_query_is_a_signed_reject(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Agents would try a server's error again and again."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(served.replica._replica.read_only, "query", fail)
    answer = served.post(message("query", method="whoami"))
    assert answer.status == 200
    assert read(answer)["reject_code"] == 1
    assert read(answer)["signatures"]


def test_a_worker_that_dies_takes_only_its_message_along(served: Served) -> None:
    """A canister's process that is gone rejects the call; other canisters go on."""
    other = served.replica.create_canister(controller=ANONYMOUS_TEXT)
    served.replica.install(other, toy_program("echo"), sender=ANONYMOUS_TEXT)

    def kill(replica: Replica) -> None:
        worker = replica.canister(other).worker
        assert worker is not None
        worker.close()

    served.replica.submit(kill).result()
    draft = call("echo", "dead").with_content(
        canister_id=bytes_of(other), ingress_expiry=time.time_ns() + 60_000_000_000
    )
    answer = served.resend(draft, "v4", f"canister/{other}")
    assert status_of(answer, draft.request_id) == b"rejected"
    after, request_id = sent(served, call("echo", "alive"))
    assert status_of(after, request_id) == b"replied"


def restarted(tmp_path: Path, drafts: list[Draft]) -> list[Any]:
    """Send drafts to one process of a replica each, over the same state."""
    answers = []
    for draft in drafts:
        with LiveReplica(tmp_path) as replica:
            if not replica.canister_ids():
                replica.create_canister(controller=ANONYMOUS_TEXT)
                canister = replica.canister_ids()[0]
                replica.install(canister, toy_program("echo"), sender=ANONYMOUS_TEXT)
            served = Served(replica, IcInterface(replica, keys()), replica.canister_ids()[0])
            answers.append((served.resend(draft, "v4"), replica.traffic()["updates"]))
    return answers


def test_a_restart_does_not_run_a_request_again(tmp_path: Path) -> None:
    """The same bytes after a restart get the same end from the log, and run nothing."""
    draft = call("echo", "kept").with_content(
        canister_id=bytes.fromhex("00000000000000000101"),
        ingress_expiry=time.time_ns() + 60_000_000_000,
    )
    (first, ran), (again, ran_again) = restarted(tmp_path, [draft, draft])
    assert (ran, ran_again) == (1, 0)
    for answer in (first, again):
        assert status_of(answer, draft.request_id, b"reply") == text_argument("kept")


def test_a_closed_replica_is_unavailable() -> None:
    """503: somebody who serves may be there in a moment."""
    with LiveReplica() as replica:
        canister = replica.create_canister(controller=ANONYMOUS_TEXT)
    served = Served(replica, IcInterface(replica, keys()), canister)
    assert served.post(message("query")).status == 503
    assert sent(served, call("echo", "x"))[0].status == 503


def test_too_much_under_way_is_unavailable(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 before anything is written down, for all versions of a call."""
    monkeypatch.setattr("kybra_replica.ic_http.request_log.MAX_OPEN", 0)
    for version in ("v2", "v4"):
        answer, _ = sent(served, call("echo", "x"), version)
        assert (answer.status, answer.body) == (503, b"Service is overloaded, try again later.")
