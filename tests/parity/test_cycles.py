"""Cycles: what is quoted, what is burnt, what is added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.parity.dapps import principal, request

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps

ALICE = principal("alice")
PROMPT = "Capital of France?"
TRILLION = 10**12
DEFAULT_CYCLES = 100 * TRILLION


def test_new_canister_has_a_hundred_trillions(dapps: Dapps) -> None:
    """Whoever names no amount gets the default of the provisional interface."""
    assert dapps.pocket.pic.get_cycles_balance(dapps.management.create()) == DEFAULT_CYCLES
    poor = dapps.management.create(cycles=3 * TRILLION)
    assert dapps.pocket.pic.get_cycles_balance(poor) == 3 * TRILLION


def test_added_cycles_are_there_at_once(dapps: Dapps) -> None:
    """The instance makes cycles out of nothing, to the last one."""
    before = dapps.cycles("cache")
    added = dapps.pocket.pic.add_cycles(dapps.ids["cache"], TRILLION)
    assert added - before == TRILLION
    assert dapps.cycles("cache") == added


def test_outcall_costs_its_caller_what_was_charged(dapps: Dapps) -> None:
    """The fee of an outcall leaves the three canisters; a hit costs none of it."""
    before = sum(dapps.cycles(name) for name in dapps.ids)
    charged = dapps.answered(PROMPT, "Paris")
    after = sum(dapps.cycles(name) for name in dapps.ids)
    fee = dapps.counters("infer")["charged_cycles"]
    assert 0 < fee <= before - after
    assert charged["outcalls"] == 1
    dapps.answered(PROMPT)
    assert dapps.counters("infer")["charged_cycles"] == fee


def test_person_without_a_sponsor_is_told_the_price(dapps: Dapps) -> None:
    """Nobody can attach cycles from outside: the refusal names what the quote said."""
    dapps.allow(ALICE, sponsored="no")
    quoted = dapps.query("batcher", "quote", request(PROMPT), sender=ALICE)["Quoted"]
    refusal = dapps.ask(PROMPT, sender=ALICE)["Refused"]["TooFewCycles"]
    assert refusal == {"expected": quoted["miss_cycles"], "received": 0}
    assert 0 < quoted["hit_cycles"] < quoted["miss_cycles"]
