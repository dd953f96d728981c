"""Which paths may be asked for, by whom, and what stands there."""

from __future__ import annotations

from typing import Any

import pytest

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.hash_tree import select
from kybra_replica.ic_http.refusals import Forbidden, Malformed, UnknownPath
from kybra_replica.ic_http.state_facts import CanisterFacts, Section, ended
from kybra_replica.ic_http.state_forest import canister_forest, request_forest, time_forest
from kybra_replica.ic_http.state_paths import (
    check_request_access,
    check_section_access,
    check_subnet_paths,
    wanted_of_canister,
)
from kybra_replica.kernel.rejects import Reject

CANISTER, OTHER = b"\x01" * 10, b"\x02" * 10
SUBNET, REQUEST = b"\x03" * 29, b"\x04" * 32

PUBLIC = [
    (b"time",),
    (b"subnet",),
    (b"subnet", SUBNET),
    (b"subnet", SUBNET, b"public_key"),
    (b"subnet", SUBNET, b"type"),
    (b"subnet", SUBNET, b"canister_ranges"),
    (b"subnet", SUBNET, b"node"),
    (b"subnet", SUBNET, b"node", b"n"),
    (b"subnet", SUBNET, b"node", b"n", b"public_key"),
    (b"canister_ranges", SUBNET),
    (b"api_boundary_nodes",),
    (b"api_boundary_nodes", b"n", b"domain"),
]


def test_public_paths_may_be_asked_for_anywhere() -> None:
    """Time, subnet, ranges and boundary nodes are about nobody in particular."""
    assert wanted_of_canister(PUBLIC, CANISTER) == wanted_of_canister([], CANISTER)
    check_subnet_paths(PUBLIC, SUBNET)


def test_paths_tell_what_has_to_be_looked_up() -> None:
    """A request, a canister and its sections."""
    paths = [
        (b"request_status", REQUEST),
        (b"request_status", REQUEST, b"reply"),
        (b"canister", CANISTER, b"module_hash"),
        (b"canister", CANISTER, b"metadata", b"candid:service"),
    ]
    wanted = wanted_of_canister(paths, CANISTER)
    assert wanted.request_id == REQUEST
    assert wanted.canister_id == CANISTER
    assert wanted.sections == ("candid:service",)


@pytest.mark.parametrize(
    "path",
    [
        (),
        (b"",),
        (b"nothing",),
        (b"time", b"x"),
        (b"canister",),
        (b"canister", CANISTER),
        (b"canister", CANISTER, b"metadata"),
        (b"canister", CANISTER, b"certified_data"),
        (b"canister", CANISTER, b"metadata", b"a", b"b"),
        (b"request_status",),
        (b"request_status", REQUEST, b"sender"),
        (b"subnet", SUBNET, b"metrics"),
        (b"subnet", SUBNET, b"node", b"n", b"secret"),
        (b"streams",),
    ],
)
def test_any_other_path_does_not_exist(path: tuple[bytes, ...]) -> None:
    """404, whatever the sender."""
    with pytest.raises(UnknownPath) as refused:
        wanted_of_canister([path], CANISTER)
    assert refused.value.http_status == 404


def test_two_requests_in_one_read_are_malformed() -> None:
    """As on the real network, one request id is all that may be asked for."""
    with pytest.raises(Malformed, match="More than one"):
        wanted_of_canister([(b"request_status", REQUEST), (b"request_status", bytes(32))], CANISTER)
    with pytest.raises(Malformed, match="32 bytes"):
        wanted_of_canister([(b"request_status", b"short")], CANISTER)


def test_another_canisters_paths_are_malformed() -> None:
    """The URL says which canister is asked about."""
    with pytest.raises(Malformed, match="does not match"):
        wanted_of_canister([(b"canister", OTHER, b"module_hash")], CANISTER)
    with pytest.raises(Malformed, match="UTF-8"):
        wanted_of_canister([(b"canister", CANISTER, b"metadata", b"\xff")], CANISTER)


def test_a_subnets_metrics_are_asked_of_the_subnet() -> None:
    """Of its own, and of nothing about canisters or requests."""
    check_subnet_paths([(b"subnet", SUBNET, b"metrics")], SUBNET)
    with pytest.raises(Malformed):
        check_subnet_paths([(b"subnet", OTHER, b"metrics")], SUBNET)
    with pytest.raises(UnknownPath):
        check_subnet_paths([(b"request_status", REQUEST)], SUBNET)


def test_a_requests_end_is_for_its_sender() -> None:
    """Another caller gets 403, and so does a delegation for other canisters."""
    request = ended(b"alice", CANISTER, b"DIDL")
    check_request_access(request, b"alice", None)
    check_request_access(request, b"alice", frozenset({CANISTER}))
    with pytest.raises(Forbidden, match="not signed by the caller"):
        check_request_access(request, b"mallory", None)
    with pytest.raises(Forbidden, match="delegation targets"):
        check_request_access(request, b"alice", frozenset({OTHER}))


def test_private_sections_are_for_controllers() -> None:
    """Public ones are for everybody, and absent ones are no secret."""
    sections = {"open": Section(b"o"), "shut": Section(b"s", public=False)}
    facts = CanisterFacts((b"alice",), b"h", sections)
    check_section_access(facts, ["open", "none"], b"mallory")
    check_section_access(facts, ["shut"], b"alice")
    with pytest.raises(Forbidden, match="controllers"):
        check_section_access(facts, ["shut"], b"mallory")


def test_a_canisters_forest_has_hash_controllers_and_sections() -> None:
    """An empty canister has controllers alone; one section asked for brings no other."""
    empty: Any = canister_forest(CANISTER, CanisterFacts((b"alice",)))
    assert list(empty[b"canister"][CANISTER]) == [b"controllers"]
    assert cbor.decode(empty[b"canister"][CANISTER][b"controllers"]) == [b"alice"]
    sections = {"open": Section(b"o"), "shut": Section(b"s", public=False)}
    full = canister_forest(CANISTER, CanisterFacts((), b"h" * 32, sections))
    chosen: Any = select(full, [(b"canister", CANISTER, b"metadata", b"open")])
    assert chosen == {b"canister": {CANISTER: {b"metadata": {b"open": b"o"}}}}


def test_a_request_tells_its_status_and_end() -> None:
    """A reply, or code, text and the platform's number."""
    replied: Any = request_forest(REQUEST, ended(b"a", CANISTER, b"DIDL"))
    assert replied[b"request_status"][REQUEST] == {b"status": b"replied", b"reply": b"DIDL"}
    rejected: Any = request_forest(REQUEST, ended(b"a", CANISTER, Reject(4, "no")))
    assert rejected[b"request_status"][REQUEST] == {
        b"status": b"rejected",
        b"reject_code": b"\x04",
        b"reject_message": b"no",
        b"error_code": b"IC0406",
    }


def test_the_time_is_leb128() -> None:
    """As every certificate tells it."""
    assert time_forest(624_485) == {b"time": bytes.fromhex("e58e26")}
