"""A reply that was too large gives its provider's next calls more room, as far as it is paid."""

from collections.abc import Callable
from typing import Any

Maker = Callable[..., dict[str, Any]]

CYCLES = 10**12
HOUR_NS = 3_600 * 10**9
TOO_LARGE = "Rejection code 1, Http body exceeds size limit of 5120 bytes."
REPLY = {"status": 200, "headers": [], "body": b"answer|stop|9|3|Paris."}


def room_of(infer: Any, request: dict[str, Any], cycles: int = CYCLES) -> tuple[Any, int]:
    """Ask; the generator, and the max_response_bytes of its outcall."""
    infer.act_as("batcher", cycles)
    steps, call = infer.start(request)
    return steps, call.args[2]["max_response_bytes"]


def test_the_next_call_has_twice_the_room_for_an_hour(serving: Any, request_with: Maker) -> None:
    """And is priced so, by the quote too; the call that failed is not made again."""
    before = serving.act_as("batcher").quote_infer(request_with())["Quoted"]["fee_cycles"]
    steps, room = room_of(serving, request_with())
    failed = serving.finish(steps, err=TOO_LARGE)["Failed"]
    assert failed["refusal"]["ResponseTooLarge"]["limit"] == room
    assert failed["outcalls"] == 1
    quoted = serving.act_as("batcher").quote_infer(request_with())["Quoted"]["fee_cycles"]
    assert quoted - before == room * 800 * 13
    serving.platform.accepted = 0
    steps, doubled = room_of(serving, request_with())
    assert (doubled, serving.platform.accepted) == (2 * room, quoted)
    assert "Inferred" in serving.finish(steps, REPLY)
    serving.platform.now_ns += HOUR_NS
    assert room_of(serving, request_with())[1] == room


def test_who_pays_for_no_more_room_has_what_is_paid(serving: Any, request_with: Maker) -> None:
    """The usual room is enough to be asked; what is attached beyond it goes into more."""
    quoted = serving.act_as("batcher").quote_infer(request_with())["Quoted"]["fee_cycles"]
    steps, room = room_of(serving, request_with())
    serving.finish(steps, err=TOO_LARGE)
    steps, unpaid = room_of(serving, request_with(), quoted)
    serving.finish(steps, REPLY)
    _, some = room_of(serving, request_with(), quoted + 100 * 800 * 13)
    assert (unpaid, some) == (room, room + 100)


def test_a_proxy_has_the_room_at_once(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """It keeps the answer that was paid, and gives it to the same key."""
    serving.act_as("owner").set_provider(settings_with(mode="idempotency_proxy"))
    steps, room = room_of(serving, request_with())
    call = steps.send(type("Reply", (), {"Ok": None, "Err": TOO_LARGE})())
    assert call.args[2]["max_response_bytes"] == 2 * room
    assert serving.finish(steps, REPLY)["Inferred"]["outcalls"] == 2
