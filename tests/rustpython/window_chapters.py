"""The batcher's windows, its fair queue, its batch sizes and what becomes of a spoiled batch."""

from typing import Any

from batcher_core import bisection, call_reading, call_room, window_lanes
from batcher_core.batch_fit import BatchFit
from batcher_core.fair_queue import FairQueue, Waiting
from batcher_core.window_gate import Bounds, WindowGate
from batcher_core.windows import WaitingRoom
from tests.rustpython.inputs import OTHER, SECOND, START_NS, TENANT, Inputs, odd_requests
from tests.rustpython.recording import Recording

TENANTS = (TENANT, TENANT, TENANT, OTHER, "aaaaa-aa")
LANES = ("one", "two")


def add(book: Recording) -> None:
    """Record all chapters."""
    queue(book)
    room(book)
    sizes(book)
    spoiled(book)
    lanes(book)
    gates(book)


def one(made: Inputs, number: int) -> Waiting:
    """Make up one that waits."""
    draw = made.random.randrange
    now_ns = START_NS + number * SECOND // 3
    deadline_ns = now_ns + draw(90) * SECOND
    return Waiting(
        number, made.random.choice(TENANTS), draw(3), 1 + draw(4_096), now_ns, deadline_ns
    )


def queue(book: Recording) -> None:
    """Entered, taken, dropped, overdue, in any order."""
    book.chapter("batcher: fair queue")
    made = Inputs(60)
    kept: Any = book.call(FairQueue)
    for number in range(160):
        waiting = one(made, number)
        book.call(FairQueue.enter, kept, waiting)
        if number % 9 == 8:
            book.call(FairQueue.take, kept, made.random.randrange(1, 12), waiting.entered_ns)
        if number % 7 == 6:
            book.call(FairQueue.drop, kept, made.random.randrange(number))
        if number % 40 == 39:
            book.call(FairQueue.overdue, kept, waiting.entered_ns)
        book.call(FairQueue.__len__, kept)
    book.call(FairQueue.waiting, kept)
    book.call(FairQueue.take, kept, 1_000, START_NS)


def room(book: Recording) -> None:
    """Windows of two lanes, opened and closed in every way."""
    book.chapter("batcher: windows")
    made = Inputs(61)
    kept: Any = book.call(WaitingRoom)
    for number in range(160):
        waiting = one(made, number)
        if book.call(WaitingRoom.refuse, kept, waiting.tenant, 40, 3) is None:
            book.call(WaitingRoom.enter, kept, made.random.choice(LANES), waiting)
        for lane in book.call(WaitingRoom.lanes, kept):
            closes_ns = book.call(WaitingRoom.closes_ns, kept, lane, 2, 6)
            if closes_ns <= waiting.entered_ns:
                book.call(WaitingRoom.waiting, kept, lane)
                book.call(WaitingRoom.close, kept, lane, 6, waiting.entered_ns)
        book.call(WaitingRoom.drop, kept, made.random.randrange(number + 2))
        if number % 30 == 29:
            book.call(WaitingRoom.overdue, kept, waiting.entered_ns)
        book.call(WaitingRoom.__len__, kept)


def sizes(book: Recording) -> None:
    """Batches of many sizes that share much, little and nothing; calls that fit or do not."""
    book.chapter("batcher: batch sizes")
    made = Inputs(62)
    for fixed, each, shared in ((2_000, 250, 9_000), (0, 900, 0), (100, 0, 5), (0, 0, 0)):
        fit: Any = book.call(BatchFit)
        book.call(BatchFit.best_size, fit, 16, 1_000)
        book.call(BatchFit.expected_ms, fit, 16)
        for _ in range(12):
            size = made.random.randrange(1, 17)
            book.call(BatchFit.note, fit, size, fixed + each * size, shared + 70 * size)
            book.call(BatchFit.best_size, fit, 16, made.random.randrange(1, 30_000))
            book.call(BatchFit.expected_ms, fit, size)
    for balance in (0, 10**11, 10**12, 10**14):
        book.call(call_room.calls_that_fit, 3, 20, balance, 10**9)
    book.call(call_room.calls_that_fit, 20, 20, 10**14, 0)
    for waiting in (1, 16, 17, 400):
        book.call(call_room.retry_after_s, waiting, 16, 4_700, 2)


def spoiled(book: Recording) -> None:
    """Refusals that one item may have brought about, and others; batches cut in two."""
    book.chapter("batcher: bisection")
    refusals: list[dict[str, Any]] = [
        {"BadReply": "x"},
        {"ProviderError": {"status": 500, "detail": "x"}},
        {"ProviderError": {"status": 429, "detail": "x"}},
        {"Busy": {"retry_after_s": 1}},
    ]
    for refusal in refusals:
        book.call(bisection.is_divisible, refusal)
    failures: list[dict[str, Any]] = [{"Failed": {"refusal": refusal}} for refusal in refusals]
    answers: list[dict[str, Any]] = [{"Inferred": {}}] * 2
    for results in (failures[:1], failures, failures[:1] * 3, answers):
        book.call(bisection.is_spoiled, [(result, None) for result in results])
    book.call(bisection.is_spoiled, [(None, "reject")] * 2)
    for count in range(2, 9):
        book.call(bisection.halves, list(range(count)))


def lanes(book: Recording) -> None:
    """Lanes and shares of requests good and bad; which models take lists; replies to lists."""
    book.chapter("batcher: window lanes")
    for request in odd_requests():
        lane = book.call(window_lanes.lane_of, request)
        book.call(window_lanes.model_of, lane)
        book.call(window_lanes.share_tokens, request, 512)
    book.call(window_lanes.listed_models, None)
    told = [{"model": "a", "features": ["lists"]}, {"model": "b", "features": []}, {"model": "c"}]
    book.call(window_lanes.listed_models, told)
    failure = {"refusal": {"Busy": {"retry_after_s": 1}}, "outcalls": 0, "charged_cycles": 3}
    spent = {"Failed": {"refusal": {"BadReply": "x"}, "outcalls": 1, "charged_cycles": 5}}
    for reply in (
        {"Refused": {"BadReply": "x"}},
        {"Many": {"items": [{"Failed": failure}, spent]}},
    ):
        read = book.call(call_reading.read_list, reply, 2)
        book.call(call_reading.shares_of, read, 11)
        book.call(call_reading.is_put_off, read[0], None)
        book.call(call_reading.pause_s, read[0])
    for error in ("Couldn't send message", "Rejection code 5, x"):
        book.call(call_reading.is_put_off, None, error)
    book.call(call_reading.is_put_off, {"Inferred": {}}, None)
    for wait_s in (None, 7, 61):
        limited = {"refusal": {"RateLimited": {"retry_after_s": wait_s}}, "outcalls": 0}
        book.call(call_reading.is_put_off, {"Failed": limited}, None)
        book.call(call_reading.pause_s, {"Failed": limited})


def gates(book: Recording) -> None:
    """Windows that leave, are paused and come back, with and without lists and room."""
    book.chapter("batcher: window gate")
    made = Inputs(63)
    bounds = Bounds(1, 4, 30, 3, 20)
    kept: Any = book.call(WindowGate)
    out: list[Any] = []
    for number in range(120):
        waiting = one(made, number)
        now_ns = waiting.entered_ns
        lane = made.random.choice(LANES)
        if book.call(WindowGate.refuse, kept, waiting.tenant, bounds) is None:
            book.call(WindowGate.enter, kept, lane, waiting)
            book.call(WindowGate.is_complete, kept, lane, bounds, ["one"])
        balance = made.random.choice([0, 10**12])
        out += book.call(WindowGate.leaving, kept, now_ns, bounds, ["one"], balance)
        book.call(WindowGate.out, kept, now_ns)
        book.call(WindowGate.next_ns, kept, bounds, ["one"])
        book.call(WindowGate.size, kept, lane, bounds, ["one"])
        if out and made.random.randrange(2):
            back = out.pop(0)
            book.call(WindowGate.measured, kept, back.closed.lane, 3, SECOND, 1_000)
            book.call(WindowGate.back, kept, back)
        if number % 30 == 29:
            book.call(WindowGate.pause, kept, lane, now_ns + SECOND)
