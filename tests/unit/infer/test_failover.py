"""Providers that fail: who is left out, who is asked in their place, what is asked once only."""

from collections.abc import Callable
from typing import Any

import pytest

from infer_core.inference_results import costing_more
from infer_core.reply import canonical_body, read_reply
from infer_core.status_classes import LONGEST_WAIT_S, error_fields, told_wait_s

Maker = Callable[..., dict[str, Any]]

CYCLES = 10**12
SECOND = 10**9
REPLY = {"status": 200, "headers": [], "body": b"answer|stop|9|3|Paris."}
CUT = "Rejection code 2, Connecting to 127.0.0.1 failed: hyper::Error(Io, reset)"
CLOSED_PORT = "Rejection code 2, Connecting to 127.0.0.1 failed: tcp connect error"
TIMEOUT = "Rejection code 1, Timeout expired"


def status_reply(status: int, wait_s: int = 0) -> dict[str, Any]:
    """Make an error as the transform leaves it."""
    headers = [{"name": "Retry-After", "value": str(wait_s)}] if wait_s else []
    body = canonical_body(status, b"sk-secret", headers, must_agree=False)
    return {"status": status, "headers": [], "body": body}


@pytest.fixture
def two(serving: Any, settings_with: Maker) -> Any:
    """Serve one model by two providers, "local" and "second"."""
    assert "Ok" in serving.act_as("owner").set_provider(settings_with(name="second"))
    return serving


def answered(steps: Any, ok: Any = None, err: Any = None) -> Any:
    """Answer a call; return the further one, or the result."""
    try:
        return steps.send(type("Reply", (), {"Ok": ok, "Err": err})())
    except StopIteration as stop:
        return stop.value


def circuits(infer: Any) -> dict[str, tuple[str, int]]:
    """Read every provider's circuit and when it lets a call through."""
    rows = infer.act_as("owner").status()["Status"]["providers"]
    return {row["name"]: (row["circuit"], row["well_in_s"]) for row in rows}


def asks(infer: Any, request: dict[str, Any]) -> Any:
    """Ask as the batcher; the generator and its call, or None and the result."""
    infer.act_as("batcher", CYCLES)
    return infer.start(request)


@pytest.mark.parametrize(
    ("ok", "err"),
    [
        (status_reply(429), None),
        (status_reply(503), None),
        (status_reply(401), None),
        (None, CLOSED_PORT),
    ],
)
def test_a_call_that_was_no_work_is_asked_of_another(
    two: Any, request_with: Maker, ok: Any, err: Any
) -> None:
    """Under a lease and a price of its own; the answer tells what both calls cost."""
    steps, _ = asks(two, request_with())
    first = two.platform.accepted
    call = answered(steps, ok, err)
    assert call.args[1] == "Management.http_request"
    assert list(two.platform.maps[1]) == ["second/w0"]
    told = answered(steps, REPLY)["Inferred"]
    assert (told["provider"], told["outcalls"]) == ("second", 2)
    assert told["charged_cycles"] == two.platform.accepted > first
    usage = {row["name"]: (row["calls"], row["failures"]) for row in two.main.providers()}
    assert usage == {"local": (1, 1), "second": (1, 0)}


@pytest.mark.parametrize(
    ("ok", "err"),
    [
        (None, TIMEOUT),
        (None, CUT),
        (status_reply(500), None),
        ({"status": 200, "headers": [], "body": b"{}"}, None),
    ],
)
def test_what_a_provider_may_have_worked_for_is_asked_of_nobody_else(
    two: Any, request_with: Maker, ok: Any, err: Any
) -> None:
    """A sample is never paid twice."""
    steps, _ = asks(two, request_with())
    assert answered(steps, ok, err)["Failed"]["outcalls"] == 1


def test_a_proxy_is_asked_again_by_the_same_key(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """It knows the key, and asked the model once; after three attempts it is enough."""
    serving.act_as("owner").set_provider(settings_with(mode="idempotency_proxy"))
    steps, call = asks(serving, request_with())
    keys = [call.args[2]["headers"][1]]
    for _ in range(2):
        call = answered(steps, None, TIMEOUT)
        keys.append(call.args[2]["headers"][1])
    assert keys[0]["name"] == "idempotency-key"
    assert keys[1:] == keys[:1] * 2
    failed = answered(steps, None, TIMEOUT)["Failed"]
    assert (list(failed["refusal"]), failed["outcalls"]) == (["Timeout"], 3)
    assert failed["charged_cycles"] == serving.platform.accepted


def test_a_failure_stands_where_nobody_else_can_be_paid(two: Any, request_with: Maker) -> None:
    """The first call's refusal and cost, not those of the second that never left."""
    price = two.act_as("owner").quote_infer(request_with())["Quoted"]["fee_cycles"]
    two.act_as("batcher", price)
    steps, _ = two.start(request_with())
    failed = answered(steps, status_reply(503))["Failed"]
    assert failed["refusal"]["ProviderError"]["status"] == 503
    assert (failed["outcalls"], failed["charged_cycles"]) == (1, price)
    assert two.platform.maps[1] == {}


def test_a_named_provider_has_no_stand_in(two: Any, request_with: Maker) -> None:
    """Who wants one provider's vote does not get another's."""
    steps, _ = asks(two, request_with(round_={"provider": "local"}))
    assert "RateLimited" in answered(steps, status_reply(429))["Failed"]["refusal"]


def test_an_open_circuit_is_left_out_until_a_probe_closes_it(two: Any, request_with: Maker) -> None:
    """As long as the provider said; one call goes out then, and its answer closes the circuit."""
    steps, _ = asks(two, request_with())
    answered(steps, status_reply(429, 20))
    answered(steps, REPLY)
    assert circuits(two) == {"local": ("open", 20), "second": ("closed", 0)}
    steps, _ = asks(two, request_with())
    assert list(two.platform.maps[1]) == ["second/w0"]
    answered(steps, REPLY)
    two.platform.now_ns += 20 * SECOND
    named = request_with(round_={"provider": "local"})
    steps, _ = asks(two, named)
    assert circuits(two)["local"][0] == "probing"
    _, refused = asks(two, named)
    assert refused["Failed"] == {
        "refusal": {"RateLimited": {"retry_after_s": 90}},
        "outcalls": 0,
        "charged_cycles": 0,
    }
    answered(steps, REPLY)
    assert circuits(two)["local"] == ("closed", 0)


def test_three_failures_in_a_row_open_a_circuit(serving: Any, request_with: Maker) -> None:
    """The only provider's is a refusal with a time; setting it anew, or an upgrade, closes it."""
    for _ in range(3):
        steps, _ = asks(serving, request_with())
        answered(steps, None, TIMEOUT)
    assert circuits(serving)["local"][0] == "open"
    _, refused = asks(serving, request_with())
    wait_s = refused["Failed"]["refusal"]["RateLimited"]["retry_after_s"]
    assert 2 <= wait_s <= 4
    (view,) = serving.act_as("stranger").providers()
    assert (view["circuit"], view["well_in_s"]) == ("open", wait_s)
    serving.upgrade()
    assert circuits(serving)["local"] == ("closed", 0)


def test_a_provider_set_anew_begins_well(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """Its controller has done something about it."""
    steps, _ = asks(serving, request_with())
    answered(steps, status_reply(429, 600))
    assert circuits(serving)["local"] == ("open", 600)
    serving.act_as("owner").set_provider(settings_with())
    assert circuits(serving)["local"] == ("closed", 0)


@pytest.mark.parametrize(
    ("status", "value", "agreement", "told"),
    [
        (429, "7", "", 7),
        (503, "7", "", 7),
        (500, "7", "", 0),
        (429, "7", "all nodes", 0),
        (429, "Fri, 31 Dec 1999 23:59:59 GMT", "", 0),
        (429, "-7", "", 0),
        (429, "\u0667", "", 0),
        (429, "99999999", "", LONGEST_WAIT_S),
        (429, "9" * 5_000, "", 0),
    ],
)
def test_a_time_to_wait_passes_the_transform_where_one_node_asks(
    status: int, value: str, agreement: str, told: int
) -> None:
    """In whole seconds, of an overloaded provider, and at most an hour; no other header does."""
    must_agree = bool(agreement)
    headers = [{"name": "x-secret", "value": "9"}, {"name": "Retry-After", "value": value}]
    body = canonical_body(status, b"", headers, must_agree=must_agree)
    assert told_wait_s(body) == told
    assert set(error_fields(status, headers, must_agree=must_agree)) <= {"error", "retry_after_s"}
    if status == 429:
        assert read_reply(429, body) == {"RateLimited": {"retry_after_s": told or None}}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"retry_after_s":-1}', b'{"retry_after_s":"9"}'])
def test_a_body_without_a_time_tells_none(body: bytes) -> None:
    """Nor does one of another shape."""
    assert told_wait_s(body) == 0


def test_costs_of_calls_add_up() -> None:
    """Whatever the later one came to."""
    earlier = {"Failed": {"outcalls": 1, "charged_cycles": 5}}
    for kind in ("Inferred", "Failed"):
        later = {kind: {"outcalls": 1, "charged_cycles": 7}}
        assert costing_more(later, earlier) == {kind: {"outcalls": 2, "charged_cycles": 12}}
