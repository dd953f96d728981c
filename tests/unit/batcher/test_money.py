"""Prices and accounts: charged = spent + margin + credit + held, whatever happens."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batcher_core.ledger import Ledger
from batcher_core.money import (
    FRAMING_BYTES,
    Account,
    fee_taken,
    is_balanced,
    price_of,
    quote_of,
    refuse_short_balance,
    refuse_too_few,
    released,
    secured,
    still_due,
)
from batcher_core.request_size import request_bytes, text_bytes
from infer_core.backends.turns import Asking, Turn
from infer_core.chat_templates import TEMPLATES
from infer_core.outcall_plan import plan_outcall
from infer_core.provider_rules import HTTP_FORMS, MODES, MOST_NEW_TOKENS, Provider
from refrain_core.chunked_text import utf8_len
from refrain_core.json_texts import json_text
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL

CYCLES = st.integers(0, 10**12)
ANY_TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
STEPS = st.tuples(st.sampled_from(["fee", "call", "lost"]), CYCLES, CYCLES, CYCLES)


@given(st.lists(STEPS, max_size=20))
def test_every_cycle_is_somewhere_at_every_step(steps: list[tuple[str, int, int, int]]) -> None:
    """Fees, calls that cost less than held, and lost replies leave the books balanced."""
    account = Account()
    for kind, due, spent, margin in steps:
        accepted = still_due(account, due)
        if kind == "fee":
            account = fee_taken(account, accepted, due)
        else:
            account = secured(account, accepted, due)
            assert is_balanced(account)
            cost = 0 if kind == "lost" else min(spent, due)
            taken = min(margin, due - cost) if kind == "call" else 0
            account = released(account, due, cost, taken)
        assert is_balanced(account)


@given(CYCLES, CYCLES, CYCLES)
def test_credit_is_used_up_before_cycles_are_asked_for(credit: int, due: int, more: int) -> None:
    """What must come is the price less the credit, and no cycle more."""
    account = Account(charged=credit, credit=credit)
    expected = max(0, due - credit)
    assert refuse_too_few(account, due, expected + more) is None
    if expected:
        refusal = {"TooFewCycles": {"expected": expected, "received": expected - 1}}
        assert refuse_too_few(account, due, expected - 1) == refusal


@given(
    prompt=st.text(max_size=300),
    stop=st.lists(st.text(max_size=20), max_size=3),
    max_tokens=st.none() | st.integers(1, 32_768),
    way=st.tuples(*map(st.sampled_from, (MODES, HTTP_FORMS, TEMPLATES))),
)
def test_the_price_lies_above_what_infer_asks_for(
    prompt: str, stop: list[str], max_tokens: int | None, way: tuple[str, str, str]
) -> None:
    """With the longest names, key and budget a provider can have, the bound still holds."""
    request: dict[str, Any] = {
        "namespace": "public",
        "model": "m" * 190 + "@r:q",
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": max_tokens,
        "temperature_micros": 333_333,
        "top_p_micros": 999_999,
        "seed": 2**64 - 1,
        "stop": stop,
        "response_format": '{"a": "é"}',
        "extra": '{"json_schema":{"name":"é"},"top_k":40}',
        "cache_control": None,
    }
    provider = Provider(
        "p" * 64,
        "https://" + "h" * 990,
        request["model"],
        "r" * 200,
        way[0],
        "k" * 1_000,
        MOST_NEW_TOKENS,
        ("s",),
        *way[1:],
    )
    tokens = min(max_tokens or MOST_NEW_TOKENS, MOST_NEW_TOKENS)
    asking = Asking(provider, request, (Turn(request["messages"], ""),), tokens, request["seed"])
    plan = plan_outcall(asking, "d" * 66)
    assert price_of(request, 1, 2).call_cycles >= plan.price_cycles


@given(
    texts=st.tuples(*[st.none() | ANY_TEXT] * 4),
    numbers=st.tuples(*[st.none() | st.integers(0, 2**64 - 1)] * 4),
    messages=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=4),
    stop=st.lists(ANY_TEXT, max_size=3),
    votes=st.none() | st.integers(1, 9),
)
def test_a_requests_size_is_that_of_its_json(
    texts: tuple[str | None, ...],
    numbers: tuple[int | None, ...],
    messages: list[tuple[str, str]],
    stop: list[str],
    votes: int | None,
) -> None:
    """Whatever its texts hold: what is measured is what would be written."""
    names = ("namespace", "response_format", "extra", "cache_control")
    request: dict[str, Any] = dict(zip(names, texts, strict=True))
    names = ("max_tokens", "seed", "temperature_micros", "top_p_micros")
    request.update(zip(names, numbers, strict=True))
    request["model"] = "tiny@r1:é"
    request["messages"] = [{"role": role, "content": content} for role, content in messages]
    request["stop"] = stop
    request["consensus"] = None if votes is None else {"votes": votes, "among": ["a", "é"]}
    assert request_bytes(request) == utf8_len(json_text(request))
    for text in stop:
        assert text_bytes(text) == utf8_len(json_text(text))


def whole_request(prompt: str) -> dict[str, Any]:
    """An AskRequest whose other fields are absent."""
    request: dict[str, Any] = dict.fromkeys(("temperature_micros", "top_p_micros", "seed"))
    request.update({"model": "m@r:q", "stop": [], "max_tokens": 1})
    request["messages"] = [{"role": "user", "content": prompt}]
    return request


def test_a_quote_names_hit_miss_and_what_is_held() -> None:
    """A miss costs its call's bound and the margin; a call holds what the platform holds."""
    price = price_of(whole_request("x" * FRAMING_BYTES), 5, 7)
    quote = quote_of(price)
    assert quote["hit_cycles"] == 5
    assert quote["miss_cycles"] == price.call_cycles + 7
    assert quote["held_cycles"] == HELD_CYCLES_PER_CALL


def test_a_call_needs_its_price_and_what_is_held() -> None:
    """Cycles that come with the call count, one too few is refused."""
    needed = 10 + HELD_CYCLES_PER_CALL
    assert refuse_short_balance(needed - 3, 3, 10) is None
    refusal = refuse_short_balance(needed - 4, 3, 10)
    assert refusal == {"OutOfCycles": {"expected": needed, "received": needed - 1}}


def test_a_lost_hold_becomes_its_askers_credit(stores: Any) -> None:
    """After an upgrade the sweep gives back what no reply will ever book, once."""
    accounts, holds = stores(2)
    Ledger(accounts, holds).hold(3, "bob", 100, 100, until_ns=50)
    ledger = Ledger(accounts, holds)
    ledger.load()
    assert ledger.sweep(49, 9) == 0
    assert ledger.sweep(50, 9) == 1
    assert ledger.account("bob") == Account(charged=100, credit=100)
    ledger.release(3, 60, 10)
    assert ledger.account("bob") == Account(charged=100, credit=100)


def test_a_released_hold_is_booked_once(stores: Any) -> None:
    """The second release of a hold finds nothing, and strangers have empty accounts."""
    ledger = Ledger(*stores(2))
    ledger.hold(3, "bob", 100, 100, until_ns=50)
    assert ledger.account("bob").held == 100
    ledger.release(3, 60, 10)
    ledger.release(3, 60, 10)
    expected = Account(charged=100, spent=60, margin=10, credit=30)
    assert ledger.account("bob") == expected
    assert ledger.account("eve") == Account()
    assert ledger.sweep(99, 9) == 0
