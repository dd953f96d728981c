"""Unfinished answers on their shelf, and the plan of rounds, against plain models."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batcher_core.kept_rounds import Kept, RoundShelf
from batcher_core.money import MAX_ROUNDS, call_cycles_of, price_of, rounds_of
from batcher_core.round_plan import (
    goes_on,
    lasts,
    least_round_cycles,
    merged,
    round_cycles,
    round_request,
    tokens_left,
    tokens_of,
)
from batcher_core.streams import PART_CHARACTERS, streamed
from refrain_core.limits import DEFAULT_NEW_TOKENS
from tests.unit.batcher.dict_store import DictStore

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
BOUNDS = (80, 4_090)


def answer_of(content: str, tokens: int = 3, trust: str = "single_node") -> dict[str, Any]:
    """Make an answer of that text."""
    return {
        "content": content,
        "finish": "budget",
        "model": "smol@r1:q8_0",
        "trust": trust,
        "prompt_tokens": 4,
        "completion_tokens": tokens,
        "dropped_messages": 1,
        "dropped_characters": 2,
        "created_at_ns": 5,
    }


moves = st.lists(
    st.tuples(
        st.sampled_from(["add", "drop", "sweep", "load"]),
        st.sampled_from(["a" * 64, "b" * 64, "c" * 64]),
        TEXT | st.text("xé", min_size=4_000, max_size=4_100),
    ),
    max_size=25,
)


@given(moves=moves)
def test_the_shelf_is_a_dict_of_texts_that_survives_upgrades(
    moves: list[tuple[str, str, str]],
) -> None:
    """Against a plain dict; what the map holds is within its bounds, and nothing is left in it."""
    store = DictStore(BOUNDS)
    shelf, model = RoundShelf(store), dict[str, Kept]()
    for number, (move, digest, said) in enumerate(moves):
        if move == "add":
            before = model[digest].answer["content"] if digest in model else ""
            kept = Kept(answer_of(before + said, number), number, 1, 900 + number)
            shelf.add(digest, kept, said)
            model[digest] = kept
        elif move == "drop":
            shelf.drop(digest)
            model.pop(digest, None)
        elif move == "sweep":
            shelf.sweep(0, 9)
        else:
            shelf = RoundShelf(store)
            shelf.load()
        assert {digest: shelf.read(digest, 0) for digest in model} == model
        assert len(shelf) == len(model)
    shelf.sweep(10_000, 99)
    assert not store.entries
    assert shelf.read("a" * 64, 0) is None


rounds = st.lists(st.tuples(TEXT, st.integers(0, 600), st.booleans()), min_size=1, max_size=60)


def whole_request(prompt: str, max_tokens: int | None) -> dict[str, Any]:
    """An AskRequest whose other fields are absent."""
    request: dict[str, Any] = dict.fromkeys(("temperature_micros", "top_p_micros", "seed"))
    request.update({"model": "m@r:q", "stop": [], "max_tokens": max_tokens})
    request["messages"] = [{"role": "user", "content": prompt}]
    return request


@given(rounds=rounds, max_tokens=st.none() | st.integers(1, 40_000), trusts=st.lists(st.booleans()))
def test_rounds_end_and_never_ask_for_more_than_the_limit(
    rounds: list[tuple[str, int, bool]], max_tokens: int | None, trusts: list[bool]
) -> None:
    """Whatever providers say and count: each round asks for what is left, at most thirty-two."""
    request: dict[str, Any] = {"max_tokens": max_tokens}
    limit = max_tokens or DEFAULT_NEW_TOKENS
    kept: Kept | None = None
    asked = 0
    for text, tokens, may_continue in rounds * 2:
        assert kept is None or round_request(request, kept)["max_tokens"] == tokens_left(
            request, kept
        )
        left = tokens_left(request, kept)
        assert 0 < left <= limit
        asked += 1
        trust = "replicated" if trusts and trusts[asked % len(trusts)] else "single_node"
        inferred = {"answer": answer_of(text, min(tokens, left), trust)}
        answer = merged(kept, inferred, is_limited=max_tokens is not None)
        before = "" if kept is None else kept.answer["content"]
        assert answer["content"] == before + text
        kept = Kept(answer, 1, asked, until_ns=9)
        if not goes_on(request, kept, "yes" if may_continue else "no", text):
            break
    assert asked <= MAX_ROUNDS


@given(
    prompt=TEXT,
    max_tokens=st.none() | st.integers(1, 32_768),
    so_far=st.text("aé", max_size=3_000),
)
def test_the_first_round_is_paid_for_by_the_price_and_a_later_one_costs_its_text_more(
    prompt: str, max_tokens: int | None, so_far: str
) -> None:
    """A quote covers at least one call of all tokens; a small round is never dearer."""
    request = whole_request(prompt, max_tokens)
    assert round_cycles(request, None) == call_cycles_of(request, 1)
    assert price_of(request, 1, 2).call_cycles >= round_cycles(request, None)
    assert 1 <= rounds_of(max_tokens) <= MAX_ROUNDS
    kept = Kept(answer_of(so_far, 0), 1, 1, until_ns=9)
    if tokens_left(request, kept) > 0:
        assert least_round_cycles(request, kept) <= round_cycles(request, kept)


def test_an_answer_of_many_usual_rounds_is_within_its_quote() -> None:
    """Sixteen rounds of 256 tokens, four characters each, as infer prices them."""
    request = whole_request("x" * 1_000, 4_096)
    held = price_of(request, 0, 0).call_cycles
    taken = 0
    for number in range(16):
        sent_bytes = 1_700 + number * 1_024
        room_bytes = 4_096 + 16 * 256 + number * 1_024
        taken += (3_000_000 + 60_000 * 13 + 400 * sent_bytes + 800 * room_bytes) * 13
        taken += 60_000_000
    assert taken <= held


def test_an_uncounted_text_counts_as_few_tokens_at_least() -> None:
    """A provider without usage cannot make rounds endless."""
    assert tokens_of(answer_of("x" * 160, 0)) == 10
    assert tokens_of(answer_of("x" * 160, 40)) == 40
    assert lasts(61 * 10**9, 10**9, 60)
    assert not lasts(61 * 10**9, 10**9 + 1, 60)


@given(text=st.text("aé", max_size=9_000), start=st.integers(0, 9_500))
def test_reading_a_stream_by_its_cursors_reads_the_text(text: str, start: int) -> None:
    """Part by part, from any cursor; only a settled answer is ever done."""
    settled = {"Settled": {"answer": {"content": text}}}
    read, cursor, done = "", start, False
    while not done:
        part = streamed(settled, None, "", cursor)["Streamed"]
        assert len(part["text"]) <= PART_CHARACTERS
        read, cursor, done = read + part["text"], part["next"], part["done"]
    assert read == text[start:]
    kept = Kept(answer_of(text), 1, 1, until_ns=9)
    pending: dict[str, Any] = {"Pending": {}}
    live = streamed(pending, kept, "", start)["Streamed"]
    assert live["text"] == text[start : start + PART_CHARACTERS]
    assert not live["done"]
    assert streamed(pending, None, "", 0)["Streamed"]["text"] == ""
    assert streamed(pending, kept, "replicated", 0)["Streamed"]["text"] == ""
    assert streamed({"Expired": "x"}, kept, "", 0) == {"Expired": "x"}


def test_a_votes_stream_is_its_verdict() -> None:
    """The answer that won, or that none did."""
    settled = {"answered": {"answer": {"content": "42"}}}
    won = streamed({"Consistent": settled}, None, "", 0)["Streamed"]
    assert (won["text"], won["done"]) == ("42", True)
    lost = streamed({"Inconsistent": {"groups": []}}, None, "", 0)
    assert list(lost["Failed"]) == ["NoConsensus"]
