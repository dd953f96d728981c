"""How much is let in, and by which doors."""

from __future__ import annotations

import pytest

from kybra_replica.ic_http.admission import Admission, Limits
from kybra_replica.ic_http.endpoints import parse_endpoint
from kybra_replica.ic_http.refusals import Malformed, TooMany, Unavailable, UnknownPath

CANISTER = "rwlgt-iiaaa-aaaaa-aaaaa-cai"


def test_a_peer_that_asks_too_fast_is_told_to_wait() -> None:
    """A burst passes, then as many a second as agreed; another peer is not hindered."""
    admission = Admission(Limits(requests_per_s=2, burst_requests=3))
    for _ in range(3):
        with admission.admitted("a", 0.0):
            pass
    with pytest.raises(TooMany) as refused, admission.admitted("a", 0.0):
        pass
    assert refused.value.http_status == 429
    with admission.admitted("b", 0.0):
        pass
    with admission.admitted("a", 0.5):
        pass


def test_too_much_at_once_is_refused_whoever_asks() -> None:
    """What is under way is counted, however it ends."""
    admission = Admission(Limits(open_requests=1))
    with (
        admission.admitted("a", 0.0),
        pytest.raises(Unavailable) as refused,
        admission.admitted("b", 0.0),
    ):
        pass
    assert refused.value.http_status == 503
    with admission.admitted("b", 0.0):
        pass


def test_peers_are_remembered_up_to_a_number() -> None:
    """The longest silent one is forgotten first."""
    admission = Admission(Limits(requests_per_s=0.001, burst_requests=1, peers=2))
    for peer in ("a", "b", "c", "a"):
        with admission.admitted(peer, 0.0):
            pass
    with pytest.raises(TooMany), admission.admitted("c", 0.0):
        pass


@pytest.mark.parametrize(
    "path",
    [
        *(f"/api/{version}/canister/{CANISTER}/call" for version in ("v2", "v3", "v4")),
        *(f"/api/{version}/canister/{CANISTER}/query" for version in ("v2", "v3")),
        *(f"/api/{version}/canister/{CANISTER}/read_state" for version in ("v2", "v3")),
        *(f"/api/{version}/subnet/{CANISTER}/read_state" for version in ("v2", "v3")),
        f"/api/v4/subnet/{CANISTER}/call",
        f"/api/v3/subnet/{CANISTER}/query",
        "/api/v2/canister/aaaaa-aa/read_state",
    ],
)
def test_every_specified_endpoint_is_served(path: str) -> None:
    """Versions, scopes and actions as clients use them."""
    endpoint = parse_endpoint(path)
    assert path.split("/")[2:4] == [endpoint.version, endpoint.scope]
    assert path.endswith(endpoint.action)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/api/v1/canister/aaaaa-aa/call",
        "/api/v4/canister/aaaaa-aa/query",
        "/api/v2/subnet/aaaaa-aa/call",
        "/api/v2/canister/aaaaa-aa/delete",
        "/api/v2/canister/aaaaa-aa/call/",
        "/api/v2//aaaaa-aa/call",
        "/x/api/v2/canister/aaaaa-aa/call",
    ],
)
def test_any_other_path_is_unknown(path: str) -> None:
    """404, not 400: there is nothing there."""
    with pytest.raises(UnknownPath):
        parse_endpoint(path)


@pytest.mark.parametrize("text", ["x", "aaaaa-ab", "A" * 10_000, "%00", CANISTER.upper()])
def test_a_principal_that_is_none_is_malformed(text: str) -> None:
    """Only the usual form of a principal names a canister."""
    with pytest.raises(Malformed):
        parse_endpoint(f"/api/v2/canister/{text}/call")
