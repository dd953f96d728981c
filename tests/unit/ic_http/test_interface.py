"""Calls, queries and reads of a live replica, as maps in and maps out."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.ic_http import cbor
from kybra_replica.kernel.principals import bytes_of, text_of
from tests.unit.ic_http.conftest import Served, read, text_argument, tree_in
from tests.unit.ic_http.signed_requests import Draft, ed25519, message, read_state
from tests.unit.ic_http.test_certificates import is_signed_by
from tests.unit.ic_http.test_hash_tree import lookup

if TYPE_CHECKING:
    from kybra_replica.ic_http.http_answer import HttpAnswer
    from kybra_replica.ic_http.subnet_keys import SubnetKeys

ALICE, MALLORY = ed25519(1), ed25519(2)


def call(method: str, text: str) -> Draft:
    """A call of Alice's with a text and a nonce that no other has."""
    nonce = time.perf_counter_ns().to_bytes(8, "big")
    return message(key=ALICE, method=method, arg=text_argument(text)).with_content(nonce=nonce)


def status_of(answer: HttpAnswer, request_id: bytes, field: bytes = b"status") -> bytes | None:
    """A field of a request's status in a certified answer."""
    leaf = lookup(tree_in(answer), (b"request_status", request_id, field))
    return None if leaf is None else leaf[1]


def sent(served: Served, draft: Draft, version: str = "v4") -> tuple[HttpAnswer, bytes]:
    """Send a draft to the toy; the answer, and the request id it had."""
    fresh = draft.with_content(
        canister_id=bytes_of(served.canister), ingress_expiry=time.time_ns() + 60_000_000_000
    )
    return served.resend(fresh, version), fresh.request_id


def test_the_status_names_the_root_key(served: Served) -> None:
    """Clients fetch it where they are told to."""
    answer = asyncio.run(served.interface.answer("GET", "/api/v2/status", b""))
    assert read(answer)["root_key"] == served.interface.certifier.root_key
    assert read(answer)["replica_health_status"] == "healthy"


@pytest.mark.parametrize("version", ["v3", "v4"])
def test_a_call_is_answered_with_a_certificate(served: Served, version: str) -> None:
    """The reply stands in a tree that the root key signed."""
    answer, request_id = sent(served, call("echo", "hi"), version)
    assert read(answer)["status"] == "replied"
    keys: SubnetKeys = served.interface.certifier.keys
    assert is_signed_by(keys.root, read(answer)["certificate"])
    assert status_of(answer, request_id) == b"replied"
    assert status_of(answer, request_id, b"reply") == text_argument("hi")


def test_a_version_2_call_is_accepted_and_its_end_read(served: Served) -> None:
    """202 without a body, and then the state tells."""
    answer, request_id = sent(served, call("echo", "later"), "v2")
    assert (answer.status, answer.body) == (202, b"")
    asked = served.post(read_state([b"request_status", request_id], key=ALICE))
    assert status_of(asked, request_id) in {b"processing", b"replied"}


@pytest.mark.parametrize(
    ("method", "code", "number"),
    [("explode", b"\x05", b"IC0503"), ("refuse", b"\x04", b"IC0406"), ("no", b"\x05", b"IC0536")],
)
def test_traps_and_rejects_are_certified(
    served: Served, method: str, code: bytes, number: bytes
) -> None:
    """HTTP 200 with a rejected status: a trap is no error of the server's."""
    answer, request_id = sent(served, call(method, "why"))
    assert answer.status == 200
    assert status_of(answer, request_id) == b"rejected"
    assert status_of(answer, request_id, b"reject_code") == code
    assert status_of(answer, request_id, b"error_code") == number
    assert status_of(answer, request_id, b"reject_message")


def test_a_missing_canister_is_refused_without_a_certificate(served: Served) -> None:
    """What was never taken up cannot be certified."""
    nobody = text_of(bytes.fromhex("00000000000000ff0101"))
    draft = call("echo", "x").with_content(canister_id=bytes_of(nobody))
    answer = served.post(draft, to=f"canister/{nobody}")
    assert read(answer) == {
        "status": "non_replicated_rejection",
        "reject_code": 3,
        "reject_message": f"Canister {nobody} not found",
        "error_code": "IC0301",
    }


def test_one_request_id_runs_once(served: Served) -> None:
    """Sent three times, counted once, answered alike each time."""
    before = served.replica.traffic()["updates"]
    draft = call("echo", "once").with_content(
        canister_id=bytes_of(served.canister), ingress_expiry=time.time_ns() + 60_000_000_000
    )
    answers = [served.resend(draft, version) for version in ("v2", "v3", "v4")]
    assert served.replica.traffic()["updates"] == before + 1
    for answer in answers[1:]:
        assert status_of(answer, draft.request_id, b"reply") == text_argument("once")


def test_a_query_is_signed_by_the_node(served: Served) -> None:
    """Reply or reject: a signature that names the node of the subnet."""
    node_id = served.interface.certifier.keys.node.node_id
    asked = read(served.post(message("query", key=ALICE, method="whoami")))
    assert asked["reply"]["arg"] == text_argument(text_of(ALICE.principal))
    missing = read(served.post(message("query", method="nothing")))
    assert (missing["status"], missing["reject_code"]) == ("rejected", 5)
    for answer in (asked, missing):
        assert [each["identity"] for each in answer["signatures"]] == [node_id]


def test_a_request_is_read_by_its_sender_alone(served: Served) -> None:
    """403 for another caller; an id that nobody sent is simply absent."""
    _, request_id = sent(served, call("echo", "secret"))
    path = [b"request_status", request_id]
    assert served.post(read_state(path, key=ALICE)).status == 200
    assert served.post(read_state(path, key=MALLORY)).status == 403
    assert served.post(read_state(path)).status == 403
    absent = served.post(read_state([b"request_status", bytes(32)]))
    assert lookup(tree_in(absent), (b"request_status",)) is None


def test_a_canisters_state_is_read_as_its_controllers_see_it(served: Served) -> None:
    """Candid is public, the Python source is for controllers."""
    canister = bytes_of(served.canister)
    public = [b"canister", canister, b"metadata", b"candid:service"]
    private = [b"canister", canister, b"metadata", b"python:source"]
    answer = served.post(read_state(public, [b"canister", canister, b"module_hash"], key=MALLORY))
    assert b"whoami" in lookup(tree_in(answer), tuple(public))[1]
    assert len(lookup(tree_in(answer), (b"canister", canister, b"module_hash"))[1]) == 32
    assert served.post(read_state(private, key=MALLORY)).status == 403
    assert lookup(tree_in(served.post(read_state(private))), tuple(private))[0] == 3


def test_the_subnets_state_is_everybodys(served: Served) -> None:
    """Keys, canister ranges and metrics, without a look at the sender."""
    subnet_id = served.interface.certifier.subnet_id
    metrics = [b"subnet", subnet_id, b"metrics"]
    paths = [[b"canister_ranges", subnet_id], metrics]
    answer = served.post(read_state(*paths), to=f"subnet/{text_of(subnet_id)}")
    held = cbor.decode(lookup(tree_in(answer), tuple(metrics))[1])
    assert held["num_canisters"] == 1
    other = served.post(read_state([b"subnet", b"other"]), to="subnet/aaaaa-aa")
    assert lookup(tree_in(other), (b"subnet",)) is None


def test_a_subnet_is_asked_for_its_canisters(served: Served) -> None:
    """The subnet forms of query and call serve one method each."""
    subnet = f"subnet/{text_of(served.interface.certifier.subnet_id)}"
    listing = message("query", method="list_canisters").with_content(canister_id=b"")
    assert read(served.post(listing, "v3", subnet))["status"] == "replied"
    making = call("create_canister", "").with_content(canister_id=b"")
    refused = read(served.post(making, "v4", subnet))
    assert (refused["status"], refused["reject_code"]) == ("non_replicated_rejection", 4)
    for wrong in (listing.with_content(method_name="raw_rand"), message("query")):
        assert served.post(wrong, "v3", subnet).status == 400


def refused_drafts(served: Served) -> dict[str, tuple[Any, int]]:
    """Requests that must be refused, with their HTTP status."""
    at = bytes_of(served.canister)
    good = message(key=ALICE).with_content(canister_id=at)
    forged = Draft(good.content, ALICE, signer=MALLORY)
    return {
        "expired": (good, 400),
        "too far ahead": (good.with_content(ingress_expiry=2**64 - 1), 400),
        "another canister": (good.with_content(canister_id=b"\x01"), 400),
        "forged": (forged.with_content(ingress_expiry=time.time_ns() + 10**10), 403),
        "too large": (good.with_content(arg=bytes(2 * 1024 * 1024)), 413),
        "not a call": (good.with_content(method_name=None), 400),
    }


def test_what_may_not_run_is_refused_with_its_code(served: Served) -> None:
    """400, 403 or 413, each with a text; nothing of it runs."""
    before = served.replica.traffic()["updates"]
    for name, (draft, status) in refused_drafts(served).items():
        answer = served.resend(draft, "v4")
        assert (name, answer.status) == (name, status)
        assert answer.content_type == "text/plain"
        assert answer.body
    assert served.replica.traffic()["updates"] == before


def test_other_methods_and_paths_are_unknown(served: Served) -> None:
    """404 for what is not there, also for the right path with the wrong verb."""
    for method, path in (("GET", "/"), ("PUT", "/api/v2/status"), ("POST", "/api/v9/x/y/call")):
        answer = asyncio.run(served.interface.answer(method, path, b""))
        assert answer.status == 404
