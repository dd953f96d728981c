"""The infer canister's limits: rounds, budgets, room, retries, health, order, spending, the log."""

from typing import Any

from infer_core import (
    event_log,
    failover,
    provider_health,
    reply_room,
    retry_rules,
    round_sizing,
    spend_limits,
    work_budgets,
    work_meter,
)
from infer_core.provider_health import HEALTHY, Health
from infer_core.provider_rules import Provider
from infer_core.work_budgets import Budgets
from tests.rustpython.infer_inputs import REJECTS
from tests.rustpython.inputs import MODEL, SECOND, START_NS, Inputs
from tests.rustpython.recording import Recording


def add(book: Recording) -> None:
    """Record all chapters."""
    rounds(book)
    budgets(book)
    retries(book)
    healths(book)
    spending(book)
    log(book)


def rounds(book: Recording) -> None:
    """Sizes of rounds and of replies, from measured rates."""
    book.chapter("infer: rounds")
    made, rate = Inputs(30), 0
    for _ in range(80):
        tokens = book.call(round_sizing.round_tokens, rate, made.random.choice([1, 64, 512, 4_096]))
        elapsed_ms = made.random.choice([0, 1, 900, 12_345, 29_999])
        rate = book.call(round_sizing.measured_rate, rate, tokens, elapsed_ms)
        book.call(round_sizing.round_limit, Budgets(), 300, rate)
        if made.random.random() < 0.2:
            rate = book.call(round_sizing.rate_after_timeout, rate, tokens)
    for text in ("", 'é"\n\x1b'):
        book.call(reply_room.room_with, 12_288, text)
    for doublings in range(11):
        book.call(reply_room.room_bytes, 12_288, doublings)
        book.call(reply_room.doublings_after, doublings, was_too_large=doublings % 2 == 0)
        book.call(reply_room.affordable_bytes, 90_000, 12_288, doublings * 10**8 - 1, 10_400)


def budgets(book: Recording) -> None:
    """Budgets in and out of bounds, as one text."""
    book.chapter("infer: work budgets")
    plain = Budgets()._asdict()
    for name in Budgets._fields:
        for figure in (-1, 0, 1, 2_000, 10**15):
            record = plain | {name: figure}
            book.call(work_budgets.refuse_budgets, record)
            text = book.call(
                work_budgets.pack_budgets, book.call(work_budgets.budgets_from, record)
            )
            book.call(work_budgets.unpack_budgets, text)
    for text in ("", "7", "1|2", "x", "1|2|3|4|5|6|7"):
        book.call(work_budgets.unpack_budgets, text)
    book.call(work_budgets.prompt_characters, Budgets())
    for used in (0, 15_000_000, 15_000_001, 10**12):
        book.call(work_budgets.goes_on_later, Budgets(), used)
        book.call(work_budgets.share_per_mille, used, 20_000_000)
    meter = book.call(work_meter.WorkMeter)
    for step, used in (("infer, building", 5), ("infer, callback", 9), ("infer, building", 4)):
        book.call(work_meter.WorkMeter.note, meter, step, used)
    book.call(work_meter.WorkMeter.rows, meter, Budgets())


def retries(book: Recording) -> None:
    """Every class of failures, and how long to wait."""
    book.chapter("infer: retries")
    refusals: list[dict[str, Any]] = [
        {kind: None} for kind in (*retry_rules.BY_KIND, "BadRequest", "NotCached")
    ]
    statuses = (*retry_rules.BY_STATUS, 100, 302, 418, 500, 502, 504, 599)
    refusals += [{"ProviderError": {"status": status, "detail": ""}} for status in statuses]
    connect = "Rejection code 2, Connecting to h failed: tcp connect error"
    for refusal in refusals:
        for reject in ("", connect, connect + " hyper::Error(Io"):
            row = book.call(retry_rules.failure_class, refusal, reject)
            book.call(retry_rules.next_attempt, row, is_idempotent=False)
            book.call(retry_rules.next_attempt, row, is_idempotent=True)
    for text in (*REJECTS, connect):
        book.call(retry_rules.never_connected, text)
    for failures in range(12):
        book.call(retry_rules.backoff_ms, failures, f"é{failures}")


def healths(book: Recording) -> None:
    """Circuits that open, are probed and close; who is asked first."""
    book.chapter("infer: health")
    for state in provider_health.STATES:
        for event in provider_health.EVENTS:
            book.call(provider_health.next_state, state, event)
    made, health, now_ns = Inputs(31), HEALTHY, START_NS
    for _ in range(200):
        now_ns += made.random.randrange(90) * SECOND
        if book.call(provider_health.may_call, health, now_ns):
            health = book.call(provider_health.probed, health, now_ns)
        step = made.random.randrange(4)
        if step == 0:
            health = book.call(provider_health.after_success, health)
        elif step == 1:
            health = book.call(provider_health.after_limit, health, now_ns, 30_000)
        else:
            health = book.call(provider_health.after_failure, health, now_ns, 5_000)
    serving = [
        Provider(name, "http://127.0.0.1:9", MODEL, "m", "replicated", "", 9, ("a",))
        for name in "abc"
    ]
    for until in (-5, 0, 7):
        states = {
            "a": Health("open", 3, START_NS + until * SECOND),
            "b": Health("probing", 1, START_NS + until * SECOND),
        }
        for tried in (frozenset(), frozenset("a")):
            book.call(failover.failover_order, serving, states, START_NS, tried)
        book.call(failover.well_again_s, serving, states, START_NS)


def spending(book: Recording) -> None:
    """Windows of minutes and days."""
    book.chapter("infer: limits")
    made, used, now_ns = Inputs(32), spend_limits.UNUSED, START_NS
    limits = spend_limits.Limits(3, 5_000, 10**9)
    for _ in range(80):
        now_ns += made.random.choice([1, 20, 70, 30_000]) * SECOND
        if book.call(spend_limits.refuse_overuse, limits, used, now_ns) is None:
            used = book.call(spend_limits.called, used, now_ns)
        used = book.call(spend_limits.spent, used, now_ns, made.random.randrange(900), 10**8)
        text = book.call(spend_limits.pack_figures, used)
        book.call(spend_limits.unpack_used, text)
        book.call(spend_limits.in_window, used, now_ns + 60 * SECOND)
    book.call(spend_limits.unpack_limits, book.call(spend_limits.pack_figures, limits))
    for field in spend_limits.Limits._fields:
        for figure in (-1, 0, 10**15 + 1):
            book.call(spend_limits.refuse_limits, limits._asdict() | {field: figure})


def log(book: Recording) -> None:
    """A log that wraps, and one that takes no foreign word."""
    book.chapter("infer: log")
    lines = book.call(event_log.EventLog, 8)
    for number in range(20):
        book.call(event_log.EventLog.note, lines, number, "late", "p", "", {"tokens": number})
        book.call(event_log.EventLog.lines_from, lines, number // 2)
    book.call(event_log.EventLog.note, lines, 1, "a prompt", "p", "", {})
    book.call(event_log.EventLog.lines_from, lines, 99)
    for refusal in ({"BadReply": "x"}, {"ProviderError": {"status": 503, "detail": "y"}}):
        book.call(event_log.word_of, refusal)
