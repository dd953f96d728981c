"""Whatever bytes come in, the management canister answers, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Record
from kybra_replica.kernel.rejects import Reject
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.management.signatures import NOT_SERVED, SIGNATURES
from tests.fuzzing.mutations import inputs
from tests.replica.management_client import (
    ALICE,
    BOB,
    NO_SETTINGS,
    Steward,
    Users,
    argument,
    principal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = sorted(SIGNATURES | NOT_SERVED)
RUNS = 40
"""Mutations of a good argument, for each method."""


def good_argument(method: str, canister: str) -> bytes:
    """An argument that the method takes."""
    if method not in SIGNATURES or SIGNATURES[method].arg is None:
        return encode((), (), NO_NAMES)
    values: dict[str, Any] = {
        "canister_id": canister,
        "target_canister": canister,
        "settings": NO_SETTINGS | {"controllers": [principal(ALICE)]},
        "mode": {"upgrade": {"skip_pre_upgrade": True, "wasm_memory_persistence": None}},
        "wasm_module": b"\0asm\1\0\0\0",
        "wasm_module_hash": bytes(32),
        "chunk_hashes_list": [{"hash": bytes(32)}],
        "chunk": b"part",
        "amount": 5,
        "arg": b"",
        "name": "candid:service",
        "url": "https://model.example/",
        "method": {"get": None},
        "headers": [],
    }
    of = SIGNATURES[method].arg
    assert isinstance(of, Record)
    taken = {field.name for field in of.fields}
    return argument(method, **{name: values[name] for name in values.keys() & taken})


@pytest.fixture
def others(users: Users) -> Iterator[str]:
    """A canister of Bob's, which must be the same when all is over."""
    canister = users.replica.create_canister(controller=BOB)
    before = str(users.ask("canister_status", BOB, canister_id=canister))
    yield canister
    assert str(users.ask("canister_status", BOB, canister_id=canister)) == before


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("method", METHODS)
def test_a_mutated_call_of_a_user_is_answered(users: Users, method: str) -> None:
    """With a reply or a reject of the platform's codes, and a stranger's canister stays."""
    mine = users.replica.create_canister(controller=ALICE)
    for arg in inputs((good_argument(method, mine),), RUNS, method):
        answer = users.call_raw(method, arg, ALICE)
        assert answer is not None
        if isinstance(answer, Reject):
            assert 1 <= answer.code <= 5
            assert answer.message
        users.replica.management.query(method, arg, ALICE)


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("method", METHODS)
def test_a_mutated_call_of_a_canister_is_answered(
    users: Users, steward: Steward, method: str
) -> None:
    """The same from within, where more methods may be called."""
    mine = users.replica.create_canister(controller=steward.canister)
    for arg in inputs((good_argument(method, mine),), RUNS, f"canister {method}"):
        text = users.replica.update(steward.canister, "ask", method, arg, 0)
        assert text.startswith(("Ok ", "Err Rejection code "))
