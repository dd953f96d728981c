"""Tickets called off and handed on: what is decided of them, and the canister's messages."""

from typing import Any

from batcher_core import called_off, push_machine, push_message, pushes, tickets
from batcher_core.flight_machine import LOOKUP_BEGUN, MODEL_CALLED
from batcher_core.flights import Flight, FlightBoard
from batcher_core.front_desk import FrontDesk
from batcher_core.push_book import PushBook
from batcher_core.text_store import Stores
from batcher_core.ticket_claims import Claims
from batcher_core.work_shelf import WorkShelf
from tests.rustpython.inputs import OTHER, SECOND, START_NS, TENANT, TEXTS, Inputs, ask
from tests.rustpython.played_canister import OWNER, PAYER, STRANGER, Played
from tests.rustpython.played_chapters import MISS, STORED, connected, inferred
from tests.rustpython.recording import Recording
from tests.rustpython.resuming_chapters import work_of
from tests.rustpython.stand_ins import DictMap
from tests.rustpython.vote_chapters import policy


def add(book: Recording) -> None:
    """Record all chapters."""
    claimed(book)
    ended(book)
    detached(book)
    pushed(book)
    told(book)
    book.chapter("batcher: cancels")
    batcher_cancels(connected(Played(book, "batcher")))
    book.chapter("batcher: pushes")
    batcher_pushes(connected(Played(book, "batcher")))


def claimed(book: Recording) -> None:
    """Tickets that point at flights, and do not any more."""
    book.chapter("batcher: claims")
    made = Inputs(71)
    kept: Any = book.call(Claims)
    for number in range(80):
        token = made.random.randrange(5)
        book.call(Claims.add, kept, token, number)
        book.call(Claims.drop, kept, made.random.randrange(5), made.random.randrange(80))
        book.call(Claims.is_claimed, kept, token)


def ended(book: Recording) -> None:
    """Flights that nobody waits for: ended, left, marked; swept."""
    book.chapter("batcher: called off")
    flights: Any = book.call(FlightBoard, book.call(DictMap))
    claims: Any = book.call(tickets.TicketBook, book.call(DictMap))
    works: Any = book.call(WorkShelf, book.call(DictMap))
    kept: Any = book.call(called_off.CalledOff, flights, claims, works)
    for number in range(8):
        digest, now_ns = f"{number:064x}", START_NS + number
        unopened = Flight(digest, number, now_ns + 9, "unopened", now_ns + 99, awaited=True)
        event = LOOKUP_BEGUN if number % 2 else MODEL_CALLED
        flight = book.call(FlightBoard.open, flights, unopened, event)
        ticket = tickets.Ticket(TENANT, digest, number, now_ns, now_ns + 50, 0, "opened")
        book.call(tickets.TicketBook.issue, claims, 50 + number, ticket)
        book.call(WorkShelf.write, works, number, work_of("why?"))
        for look_ns in (now_ns, now_ns + SECOND):
            book.call(called_off.CalledOff.flight_of, kept, ticket, look_ns)
        book.call(called_off.CalledOff.flight_of, kept, ticket._replace(token=99), now_ns)
        book.call(called_off.CalledOff.is_claimed, kept, flight)
        book.call(called_off.CalledOff.was_opened_by_ticket, kept, flight)
        book.call(tickets.TicketBook.detach, claims, 50 + number, ticket)
        book.call(called_off.CalledOff.is_claimed, kept, flight)
        step = called_off.CalledOff.end if number % 3 else called_off.CalledOff.leave
        book.call(step, kept, flight, *([now_ns] if number % 3 else []))
        book.call(called_off.CalledOff.was_opened_by_ticket, kept, flight)
        book.call(called_off.CalledOff.mark, kept, number, now_ns)
        if number % 4 == 3:
            book.call(called_off.CalledOff.unmark, kept, number)
        book.call(called_off.CalledOff.take, kept, number - 1)
    book.call(called_off.CalledOff.sweep, kept, START_NS + 6)
    for number in range(8):
        book.call(called_off.CalledOff.take, kept, number)
    book.call(tickets.TicketBook.all, claims)
    book.call(tickets.TicketBook.sweep, claims, START_NS + 55, 3)
    book.call(tickets.TicketBook.load, claims)


def detached(book: Recording) -> None:
    """A ticket as the desk reads it, for its asker and for another."""
    book.chapter("batcher: the desk's tickets")
    desk: Any = book.call(FrontDesk, Stores(*[book.call(DictMap) for _ in range(5)]))
    book.call(FrontDesk.load, desk)
    for asker in (TENANT, OTHER):
        book.call(FrontDesk.ticket, desk, 1, asker)
    book.call(FrontDesk.tickets, desk)


def pushed(book: Recording) -> None:
    """Pushes that are due, sent, acknowledged, put off, given up and forgotten."""
    book.chapter("batcher: push book")
    made = Inputs(72)
    store = book.call(DictMap)
    kept: Any = book.call(PushBook, store)
    draw = made.random.randrange
    for number in range(120):
        now_ns = START_NS + number * SECOND
        asker = made.random.choice([TENANT, OTHER])
        expires_at_ns = now_ns + draw(90) * SECOND
        digest = f"{number:064x}"
        one = pushes.Push(number, asker, "take", 500 + draw(number + 1), digest, expires_at_ns)
        book.call(PushBook.add, kept, one)
        book.call(PushBook.ended, kept, 500 + draw(number + 1), now_ns)
        book.call(PushBook.next_ns, kept, now_ns)
        for due in book.call(PushBook.due, kept, now_ns, 3):
            sent = book.call(PushBook.take, kept, due, now_ns)
            if sent is not None and draw(6) == 0:
                book.call(PushBook.put_off, kept, due, now_ns)
        known = book.call(PushBook.push, kept, draw(number + 1), asker)
        if known is not None and draw(3) == 0:
            book.call(PushBook.acknowledge, kept, known, now_ns)
        book.call(PushBook.is_silent, kept, asker)
        if number % 50 == 40:
            book.call(PushBook.drop_all, kept, asker, now_ns)
            book.call(PushBook.hear, kept, asker)
            book.call(PushBook.sweep, kept, now_ns, 9)
            kept = book.call(PushBook, store)
            book.call(PushBook.load, kept)
        book.call(PushBook.__len__, kept)
    book.call(PushBook.going_on, kept)
    book.call(DictMap.items, store)


def told(book: Recording) -> None:
    """A push's states, its record and its bytes."""
    book.chapter("batcher: pushes, one by one")
    for state in push_machine.PUSH_STATES:
        for event in push_machine.PUSH_EVENTS:
            book.call(push_machine.next_push_state, state, event)
            one = pushes.Push(7, TENANT, "take", 5, "d", START_NS, state, len(event) % 7, 3)
            book.call(pushes.Push.is_ended, one)
            book.call(pushes.step_of, one)
            after: Any = book.call(pushes.after, one, event, START_NS)
            book.call(pushes.unpack_push, 7, book.call(pushes.pack_push, after))
    for number, text in enumerate([*TEXTS, "é\U0001f600" * 9_000]):
        settled = {"answer": {"content": text}}
        ends: list[dict[str, Any]] = [
            {"Settled": settled},
            {"Consistent": {"answered": settled}},
            {"Inconsistent": {"reason": text}},
            {"Failed": {"Timeout": text}},
            {"Expired": text},
        ]
        for end in ends:
            book.call(push_message.pushed_bytes, number << 40, end)


def batcher_pushes(canister: Played) -> None:
    """Functions listed and denied; answers pushed, acknowledged and looked at by many."""
    for by in (STRANGER, OWNER):
        for one, method in ((PAYER, "take"), (PAYER, "take it"), ("aaaaa-aa", "x"), ("zz", "x")):
            canister.send("allow_callback", {"canister": one, "method": method}, by=by)
        canister.send("callbacks", by=by)
    for text in TEXTS:
        for by in (PAYER, STRANGER):
            waiting = canister.send("submit_to", ask(text), "take", by=by, cycles=10**13)
            if "number" not in waiting:
                continue
            ticket = waiting["replied"]["Ticket"]["ticket"]
            canister.send("delivered", ticket, by=by)
            canister.answer(canister.answer(waiting, MISS), inferred(text))
            canister.tick(1)
            for method in ("delivery", "delivered", "delivery"):
                canister.send(method, ticket, by=STRANGER)
                canister.send(method, ticket, by=by)
    canister.tick(60)
    canister.upgrade()
    for by in (STRANGER, OWNER):
        canister.send("deny_callback", {"canister": PAYER, "method": "take"}, by=by)
    canister.tick(4_000)
    canister.upgrade()


def batcher_cancels(canister: Played) -> None:
    """Tickets called off before, during and after their calls, by their askers and by others."""
    for number, text in enumerate(TEXTS):
        for by in (OWNER, PAYER):
            waiting = canister.send("submit", ask(text), by=by, cycles=10**13)
            if "number" not in waiting:
                continue
            ticket = waiting["replied"]["Ticket"]["ticket"]
            if number % 3:
                waiting = canister.answer(waiting, MISS)
            for one in (STRANGER, by, by):
                canister.send("cancel", ticket, by=one)
            if "number" in waiting:
                flown = canister.answer(waiting, inferred(text) if number % 3 else MISS)
                if "number" in flown:
                    canister.answer(flown, STORED)
            canister.send("result", ticket, by=by)
            canister.send("account", by=by)
    asked = ask("a vote", consensus=policy(votes=3, quorum=2), seed=7)
    waiting = canister.send("submit", asked)
    canister.answer(waiting, MISS)
    canister.send("cancel", waiting["replied"]["Ticket"]["ticket"])
    canister.send("counters")
    canister.tick(60)
    canister.upgrade()
