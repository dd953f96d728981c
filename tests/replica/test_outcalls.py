"""HTTP outcalls of canisters: prices, refunds, transforms, nodes that agree or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.outcalls.request import OutcallResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica
    from kybra_replica.outcalls.mocks import StrictMocks

URL = "https://model.example/v1"
FEE = 49_140_000 + 10_400 * 2_000 + 5_200 * len(URL)


@pytest.fixture
def fetcher(install: Callable[..., str]) -> str:
    """A toy that fetches."""
    return install("fetcher")


def fetch(
    replica: Replica,
    fetcher: str,
    *,
    transform: str = "",
    replicated: bool = False,
    cycles: int = 10**9,
) -> int:
    """Begin a fetch; the call's number."""
    number = replica.submit(fetcher, "fetch", URL, transform, replicated, cycles)
    replica.run()
    return number


def test_a_non_replicated_outcall_makes_one_request(
    replica: Replica, fetcher: str, mocks: StrictMocks
) -> None:
    """One node asks; the price is taken, the rest refunded."""
    mocks.expect(url=URL, method="get").respond(200, b"hello", headers=(("date", "now"),))
    number = fetch(replica, fetcher)
    assert replica.answer(number) is None
    mocks.release()
    replica.run()
    assert replica.reply(number) == f"Ok 200 [date] hello refunded {10**9 - FEE}"
    assert replica.traffic()["http_requests"] == 1
    assert replica.traffic()["outcalls"] == 1


def test_too_few_cycles_are_refused_and_refunded(replica: Replica, fetcher: str) -> None:
    """Code 4 names both figures, and nothing is charged."""
    number = fetch(replica, fetcher, cycles=1_000)
    text = replica.reply(number)
    assert text.startswith("Err Rejection code 4, http_request request sent with 1_000 cycles, but")
    assert text.endswith("refunded 1000")


def test_nodes_that_differ_find_no_consensus(
    replica: Replica, fetcher: str, mocks: StrictMocks
) -> None:
    """13 requests, 13 dates: without a transform there is no agreement."""

    def dated(_request: object, node: int) -> OutcallResponse:
        return OutcallResponse(200, (("date", str(node)),), b"same")

    mocks.expect(url=URL).answer(dated)
    number = fetch(replica, fetcher, replicated=True)
    mocks.release()
    replica.run()
    assert "Err Rejection code 2, No consensus could be reached" in replica.reply(number)
    assert replica.traffic()["http_requests"] == 13


def test_a_transform_makes_nodes_agree(replica: Replica, fetcher: str, mocks: StrictMocks) -> None:
    """With the headers stripped all thirteen are equal; three may even be wrong."""

    def dated(_request: object, node: int) -> OutcallResponse:
        body = b"wrong" if node < 4 else b"same"
        return OutcallResponse(200, (("date", str(node)),), body)

    mocks.expect(url=URL).answer(dated)
    number = fetch(replica, fetcher, transform="strip", replicated=True)
    mocks.release()
    replica.run()
    assert replica.reply(number) == f"Ok 200 [] same refunded {10**9 - FEE - 5_200 * 5}"


@pytest.mark.parametrize(
    ("transform", "text"),
    [
        ("explode", "Rejection code 5, IC0503: Error from Canister"),
        ("missing", "Rejection code 5, IC0536: Error from Canister"),
    ],
)
def test_a_bad_transform_is_an_error(
    replica: Replica, fetcher: str, mocks: StrictMocks, transform: str, text: str
) -> None:
    """A transform that traps or does not exist; the price is taken all the same."""
    mocks.expect(url=URL).respond(200, b"x")
    number = fetch(replica, fetcher, transform=transform)
    mocks.release()
    replica.run()
    assert text in replica.reply(number)
    assert not replica.reply(number).endswith(f"refunded {10**9}")


def test_a_failed_connection_costs_the_full_price(
    replica: Replica, fetcher: str, mocks: StrictMocks
) -> None:
    """Codes and texts of the port reach the canister."""
    mocks.expect(url=URL).fail(2, "Connecting to model.example failed: refused")
    number = fetch(replica, fetcher)
    mocks.release()
    replica.run()
    assert replica.reply(number) == (
        f"Err Rejection code 2, Connecting to model.example failed: refused refunded {10**9 - FEE}"
    )


def test_an_outcall_that_never_ends_is_given_up(
    replica: Replica, fetcher: str, mocks: StrictMocks
) -> None:
    """After sixty seconds of the replica's time."""
    mocks.expect(url=URL).never()
    number = fetch(replica, fetcher)
    replica.advance(59)
    assert replica.answer(number) is None
    replica.advance(1)
    assert "Rejection code 2, Canister http request timed out" in replica.reply(number)
    mocks.expire()
