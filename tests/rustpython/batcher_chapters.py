"""The batcher's core: flights, tickets, results, money, the ledger, watched lookups, plans."""

from typing import Any

from batcher_core import (
    ask_plan,
    asker_admission,
    batcher_bounds,
    call_reading,
    fetch_watch,
    flight_machine,
    ledger,
    money,
    numbering,
    outcomes,
    request_size,
    tallies,
)
from batcher_core.batcher_bounds import Settings
from refrain_core import fetched_texts, transitions
from refrain_core.cache_control import NO_DIRECTIVES
from tests.rustpython.inputs import (
    MODEL,
    OTHER,
    START_NS,
    TENANT,
    TEXTS,
    Inputs,
    answer,
    ask,
    odd_requests,
)
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap

MISS = "fwd=miss"
HIT = 'hit; ttl=9; key="00ff"'
DIGEST = "0123456789abcdef" * 4
INFERENCE = {
    "answer": answer(),
    "provider": "p",
    "continues": "no",
    "outcalls": 1,
    "charged_cycles": 7,
}
INFERRED = {"Inferred": INFERENCE}
FAILED = {"Failed": {"refusal": {"Timeout": "é\x1b1"}, "outcalls": 1, "charged_cycles": 7}}


def add(book: Recording) -> None:
    """Record all chapters."""
    machine(book)
    plans(book)
    rules(book)
    readings(book)
    written_outcomes(book)
    books_of_money(book)
    accounts(book)
    watch(book)
    numbers(book)


def machine(book: Recording) -> None:
    """Every pair of state and event."""
    book.chapter("batcher: flight machine")
    for state in (*flight_machine.STATES, "x"):
        for event in flight_machine.EVENTS:
            book.call(flight_machine.next_state, state, event)
            book.call(transitions.following, flight_machine.TRANSITIONS, state, event)


def plans(book: Recording) -> None:
    """From requests to plans and their prices."""
    book.chapter("batcher: ask plans")
    made = Inputs(30)
    requests = [*odd_requests(), ask(model="m"), ask(model="\x1b" * 90), ask(namespace="x")]
    requests += [ask(messages=made.messages(60), max_tokens=9) for _ in range(60)]
    for request in requests:
        for caller, standing in ((TENANT, "paying"), ("2vxsx-fae", "sponsored")):
            plan = book.call(ask_plan.plan_request, caller, standing, request, [MODEL])
            if not isinstance(plan, dict):
                book.call(ask_plan.Plan.is_paying, plan)
                book.call(ask_plan.price_for, plan, Settings())
    book.call(ask_plan.plan_request, TENANT, "paying", ask(model="x"), [])


def rules(book: Recording) -> None:
    """Who may ask, and which settings are refused."""
    book.chapter("batcher: askers and settings")
    for caller in (TENANT, OTHER, "2vxsx-fae", "aaaaa-aa"):
        for anonymous in ("refused", "public"):
            for sponsored in ("yes", "no"):
                facts = ({"aaaaa-aa"}, {TENANT: sponsored}, anonymous)
                book.call(asker_admission.standing_of, caller, *facts)
    for word in ("yes", "no", "", "Yes"):
        book.call(asker_admission.refuse_asker, word)
    good = Settings()._asdict()
    for field in Settings._fields:
        for value in ["x", ""] if field == "anonymous" else [0, 1, 10**12, 10**12 + 1]:
            book.call(batcher_bounds.refuse_settings, dict(good, **{field: value}))
    made = book.call(batcher_bounds.settings_from, good)
    book.call(batcher_bounds.unpack_settings, book.call(batcher_bounds.pack_settings, made))


def readings(book: Recording) -> None:
    """What other canisters' replies mean."""
    book.chapter("batcher: replies of other canisters")
    hit = {
        "Hit": {"answer": answer(), "digest": DIGEST, "key": "00ff", "age_s": 5, "expires_in_s": 9}
    }
    for found in (None, {"Miss": "never stored"}, hit, {"Refused": {"Internal": "x"}}):
        text = None if found is None else fetched_texts.fetched_text(found)
        book.call(call_reading.read_lookup, text, DIGEST, NO_DIRECTIVES)
        book.call(call_reading.read_lookup, text, "0" * 64, NO_DIRECTIVES)
    for error in (
        *("Rejection code 2, Couldn't send message", "Rejection code 5, x is stopping"),
        *("Rejection code 5, x is stopped", "Rejection code 5, IC0503: é\x1b" * 30, "", None),
    ):
        book.call(call_reading.was_sent, error)
        book.call(call_reading.read_inference, None, error, DIGEST, MISS)
    for inference in (None, INFERRED, FAILED):
        book.call(call_reading.outcalls_of, inference)
        book.call(call_reading.read_inference, inference, None, DIGEST, MISS)
    replies: list[Any] = [None, {"Refused": {}}, {"Stored": {"key": "k", "evicted": 0}}]
    for reply in replies:
        book.call(call_reading.stored_key, reply)
    for told in (None, "miss|never stored", "miss|moved", "miss|expired", "hit|x"):
        book.call(call_reading.is_elsewhere, told)
        book.call(call_reading.has_moved, told)


def written_outcomes(book: Recording) -> None:
    """Outcomes as text, of answers and refusals with any characters."""
    book.chapter("batcher: outcomes")
    made = Inputs(31)
    for text in [*TEXTS, *[made.text(100) for _ in range(60)]]:
        one = book.call(
            outcomes.answered_outcome,
            DIGEST,
            answer(text, trust=text, finish="len|%7C"),
            MISS,
            age_s=3,
            outcalls=1,
        )
        refused = book.call(outcomes.refused_outcome, {"UnknownModel": text})
        for outcome in (one, refused, outcomes.Outcome(None, None)):
            packed = book.call(outcomes.pack_outcome, outcome)
            book.call(outcomes.unpack_outcome, packed, DIGEST)
            book.call(outcomes.charged, outcome, 10**15)
            book.call(outcomes.with_status, outcome, HIT)
            book.call(outcomes.collapsed, outcome, 5)
            book.call(outcomes.as_variant, outcome, "Answered", "Refused")
            book.call(outcomes.may_be_stored, outcome)
    for finish in ("stop", "length", "budget"):
        whole = outcomes.answered_outcome(DIGEST, answer(finish=finish), MISS)
        book.call(outcomes.may_be_stored, whole)


def books_of_money(book: Recording) -> None:
    """Prices and movements of accounts."""
    book.chapter("batcher: money")
    for request in [*odd_requests(), ask(max_tokens=1), ask(max_tokens=9_999)]:
        book.call(money.request_bytes_bound, request)
        book.call(request_size.request_bytes, request)
        price = book.call(money.price_of, request, 5, 7)
        book.call(money.quote_of, price)
        book.call(money.Price.miss_cycles, price)
    for text in TEXTS:
        book.call(request_size.text_bytes, text)
    made = Inputs(32)
    account = money.Account()
    for _ in range(100):
        due_cycles, accepted = made.random.getrandbits(40), made.random.getrandbits(42)
        book.call(money.still_due, account, due_cycles)
        book.call(money.refuse_too_few, account, due_cycles, accepted)
        book.call(money.refuse_short_balance, accepted, due_cycles, 10**11)
        account = book.call(money.secured, account, accepted, due_cycles)
        spent = made.random.randrange(due_cycles + 1)
        account = book.call(money.released, account, due_cycles, spent, 0)
        account = book.call(money.fee_taken, account, 9, 9)
        book.call(money.withdrawn, account, spent // 2)
        book.call(money.is_balanced, account)
    book.call(money.is_balanced, account._replace(held=-1))


def accounts(book: Recording) -> None:
    """The ledger through holds, releases, sweeps and upgrades."""
    book.chapter("batcher: ledger")
    made = Inputs(33)
    stores = [book.call(DictMap), book.call(DictMap)]
    kept: Any = book.call(ledger.Ledger, *stores)
    for number in range(150):
        asker = made.random.choice([TENANT, OTHER])
        book.call(ledger.Ledger.hold, kept, number, asker, 900, 700, START_NS + number)
        book.call(ledger.Ledger.take_fee, kept, asker, 5, 5)
        book.call(ledger.Ledger.release, kept, made.random.randrange(number + 2), 300, 20)
        book.call(ledger.Ledger.sweep, kept, START_NS + number - 40, 3)
        book.call(ledger.Ledger.withdraw, kept, asker, number)
        book.call(ledger.Ledger.give_back, kept, asker, number // 2)
        book.call(ledger.Ledger.account, kept, asker)
        if number % 60 == 59:
            kept = book.call(ledger.Ledger, *stores)
            book.call(ledger.Ledger.load, kept)
    for store in stores:
        book.call(DictMap.items, store)


def watch(book: Recording) -> None:
    """Lookups that overlap flights which settle meanwhile."""
    book.chapter("batcher: watched lookups")
    made = Inputs(34)
    kept = book.call(fetch_watch.FetchWatch)
    marks: list[tuple[str, int]] = []
    for number in range(200):
        digest = f"{made.random.randrange(4):064x}"
        marks.append((digest, book.call(fetch_watch.FetchWatch.begin, kept, digest, number)))
        outcome = outcomes.refused_outcome({"Internal": str(number)})
        book.call(fetch_watch.FetchWatch.settle, kept, f"{made.random.randrange(5):064x}", outcome)
        while len(marks) > made.random.randrange(6):
            ended = marks.pop(made.random.randrange(len(marks)))
            book.call(fetch_watch.FetchWatch.end, kept, *ended)
        book.call(fetch_watch.FetchWatch.sweep, kept, number - 15)
        book.call(fetch_watch.FetchWatch.__len__, kept)
    book.call(fetch_watch.FetchWatch.end, kept, "x", 0)


def numbers(book: Recording) -> None:
    """Numbers that never repeat, and counts."""
    book.chapter("batcher: numbers and counts")
    store = book.call(DictMap)
    for _ in range(3):
        sequence = book.call(numbering.Numbering, store)
        book.call(numbering.Numbering.load, sequence)
        for _ in range(70):
            book.call(numbering.Numbering.take, sequence)
        counts = book.call(tallies.Tallies, store)
        book.call(tallies.Tallies.load, counts)
        for name in tallies.NAMES:
            book.call(tallies.Tallies.add, counts, name, 2)
        book.call(tallies.Tallies.flush, counts)
        book.call(tallies.Tallies.snapshot, counts)
    book.call(DictMap.items, store)
