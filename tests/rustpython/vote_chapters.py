"""Votes: policies and their keys, voters, polls, counts and the records of providers."""

from typing import Any

from batcher_core import (
    ask_plan,
    batcher_bounds,
    ledger,
    money,
    outcomes,
    polls,
    serving,
    vote_counting,
    vote_machine,
    vote_telling,
    voter_book,
    voters,
    work_items,
)
from refrain_core import canonical, vote_policy, vote_words
from refrain_core.consensus.provider_weights import VoterRecord
from tests.rustpython.inputs import MODEL, START_NS, TENANT, Inputs, answer, ask
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap

SAYINGS = ("42", "The answer is 42.", "42", "\\boxed{41}", "no, é|x\nnothing", "")
NAMES = ("exact", "normalised", "extracted", "json:a", "json:", "medoid", "medoid:700", "medoid:x")


def add(book: Recording) -> None:
    """Record all chapters."""
    policies(book)
    machine(book)
    counts(book)
    records(book)
    shared_holds(book)


def policy(**fields: Any) -> dict[str, Any]:
    """Make a ConsensusPolicy, with fields replaced."""
    plain = {"votes": 4, "quorum": 2, "strategy": "extracted", "spread": "seeds", "among": []}
    return plain | {"tie_rule": None, "stop_permille": None, "weights": "equal"} | fields


def odd_policies() -> "list[dict[str, Any]]":
    """Make policies of which some are refused."""
    made = [policy(votes=votes, quorum=votes - 1) for votes in (0, 1, 2, 16, 17)]
    made += [policy(strategy=name) for name in (*NAMES, "é", "x" * 121)]
    made += [policy(tie_rule=rule) for rule in (*vote_words.TIE_RULES, "coin")]
    made += [policy(spread="providers", among=names) for names in ([], ["a"], ["a", "a"], ["é|b"])]
    made += [policy(spread="models", among=names) for names in ([MODEL], ["m"], ["x"])]
    made += [policy(stop_permille=stop) for stop in (500, 501, 999)]
    return [*made, policy(weights="record"), policy(weights="x"), policy(spread="x")]


def policies(book: Recording) -> None:
    """What is refused, what stands in the key, and who is asked."""
    book.chapter("votes: policies")
    for name in NAMES:
        book.call(vote_words.is_strategy, name)
        book.call(vote_words.likeness_of, name)
    book.call(vote_policy.policy_text, None)
    for one in odd_policies():
        for heat in (None, 0, 700_000):
            request = ask(consensus=one, temperature_micros=heat, seed=None if heat else 7)
            book.call(vote_policy.check_policy, request)
            planned(book, request)
        book.call(vote_policy.policy_text, one)
        if one["votes"]:
            book.call(vote_policy.turns_of, one)
    book.call(canonical.provider_text, "x", "é")


def planned(book: Recording, request: dict[str, Any]) -> None:
    """A request's plan, its price, and its voters."""
    plan = book.call(ask_plan.plan_request, TENANT, "paying", request, [MODEL])
    if not isinstance(plan, dict):
        book.call(ask_plan.Plan.policy, plan)
        book.call(ask_plan.price_for, plan, batcher_bounds.Settings())
        book.call(voters.voters_of, plan)


def machine(book: Recording) -> None:
    """Every pair of state and event."""
    book.chapter("votes: the voter's machine")
    for state in (*vote_machine.VOTER_STATES, "x"):
        for event in vote_machine.VOTER_EVENTS:
            book.call(vote_machine.next_voter_state, state, event)
    book.call(batcher_bounds.with_grace, batcher_bounds.Settings())


def counts(book: Recording) -> None:
    """Polls whose voters are heard in any order, counted after each."""
    made = Inputs(71)
    for number in range(30):
        book.chapter(f"votes: poll {number}")
        names = ["a", "b", "c"]
        spread = made.random.choice([policy(votes=5), policy(spread="providers", among=names)])
        rule = made.random.choice([None, "first_listed", "last_listed"])
        weights = made.random.choice(["equal", "record"])
        fields = {"tie_rule": rule, "weights": weights, "strategy": made.random.choice(NAMES[:3])}
        request = ask(consensus=spread | fields, temperature_micros=500_000)
        plan: Any = ask_plan.plan_request(TENANT, "paying", request, [MODEL])
        one_poll(book, made, plan)


def one_poll(book: Recording, made: Inputs, plan: Any) -> None:
    """One poll from its opening to its end."""
    asked = voters.voters_of(plan)
    work = work_items.Work(plan, 9, money.Price(1, 60, 6), 0, serving.UNSOUGHT)
    poll = book.call(polls.Poll, work, asked, START_NS)
    board = book.call(polls.PollBoard)
    book.call(polls.PollBoard.open, board, poll)
    for voter in asked:
        own = voter.number % 2 == 0
        book.call(polls.Poll.send, poll, voter.number, is_own=own)
        book.call(polls.PollBoard.listen, board, 20 + voter.number, poll, voter.number, is_own=own)
    known = {"a": VoterRecord(9, 8), "b": VoterRecord(9, 2)}
    order = [voter.number for voter in asked]
    made.random.shuffle(order)
    for number in order:
        book.call(polls.Poll.pays, poll, number)
        book.call(polls.PollBoard.heeds, board, poll)
        book.call(polls.PollBoard.is_heeded, board, 20 + number)
        book.call(polls.PollBoard.tell, board, 20 + number, heard(made))
        counted = book.call(vote_counting.count, poll, known)
        outcome = book.call(vote_counting.decided, poll, counted, "fwd=miss")
        told(book, outcome)
        if made.random.random() < 0.2:
            book.call(polls.Poll.close, poll)
        looked_at(book, poll)
    book.call(polls.Poll.hear, poll, 0, heard(made))
    book.call(polls.PollBoard.overdue, board, START_NS + 1)
    book.call(polls.PollBoard.poll, board, 9)
    book.call(polls.PollBoard.forget, board, poll)
    book.call(polls.PollBoard.__len__, board)


def heard(made: Inputs) -> outcomes.Outcome:
    """Make up what a voter's sample came to."""
    if made.random.random() < 0.2:
        return outcomes.refused_outcome({"Timeout": "é"})._replace(paid_cycles=5)
    said = answer(made.random.choice(SAYINGS)) | {
        "finish": made.random.choice([*["stop"] * 7, "budget"])
    }
    outcome = outcomes.answered_outcome("0" * 64, said, "fwd=miss", outcalls=1)
    return outcome._replace(provider=made.random.choice(["", "a", "b"]))


def told(book: Recording, outcome: outcomes.Outcome) -> None:
    """An outcome of a vote, as it is written, read and shown."""
    text = book.call(outcomes.pack_outcome, outcome)
    book.call(outcomes.unpack_outcome, text, "0" * 64)
    book.call(outcomes.as_ticket_state, book.call(outcomes.collapsed, outcome, 3))
    if outcome.answered is not None:
        book.call(vote_counting.winners, outcome)
        book.call(vote_counting.agreeing, outcome)


def looked_at(book: Recording, poll: Any) -> None:
    """Everything that can be asked of a poll."""
    book.call(polls.Poll.agree_on, poll, "42")
    book.call(vote_counting.agrees, poll, "The answer is 42.")
    for prop in (polls.Poll.token, polls.Poll.hold, polls.Poll.policy, polls.Poll.is_over):
        book.call(prop, poll)
    for method in (polls.Poll.expected, polls.Poll.cast, polls.Poll.outcalls):
        book.call(method, poll)
    book.call(polls.Poll.charged_cycles, poll)
    book.call(polls.Poll.state_of, poll, 0)
    book.call(vote_telling.told_absent, poll, ("1",))
    if poll.state_of(0) == vote_machine.MISSED:
        book.call(polls.Poll.run_out, poll)
    counted = vote_counting.count(poll, {})
    for group in counted.grouping.groups:
        book.call(vote_telling.told_group, poll, group)


def records(book: Recording) -> None:
    """The records of providers, over upgrades and beyond the bound."""
    book.chapter("votes: the records of providers")
    made = Inputs(72)
    store = book.call(DictMap)
    for _ in range(3):
        kept = book.call(voter_book.VoterBook, store)
        book.call(voter_book.VoterBook.load, kept)
        for _ in range(60):
            name = f"é{made.random.randrange(90)}"
            agreed = made.random.random() < 0.5
            book.call(voter_book.VoterBook.note, kept, name, agreed=agreed)
    book.call(DictMap.items, store)


def shared_holds(book: Recording) -> None:
    """Holds that several calls draw from."""
    book.chapter("votes: shared holds")
    stores = [book.call(DictMap), book.call(DictMap)]
    kept: Any = book.call(ledger.Ledger, *stores)
    book.call(ledger.Ledger.hold, kept, 5, TENANT, 900, 700, START_NS)
    for token in (5, 5, 6):
        book.call(ledger.Ledger.draw, kept, token, 100, 7)
        book.call(ledger.Ledger.account, kept, TENANT)
    book.call(ledger.Ledger.release, kept, 5, 0, 0)
    book.call(ledger.Ledger.draw, kept, 5, 100, 7)
    book.call(ledger.Ledger.account, kept, TENANT)
