"""Modules that come in chunks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from kybra_replica.artefact.build import build
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.management.shapes import NO_NAMES
from tests.replica.conftest import toy_program
from tests.replica.management_client import ALICE, BOB, Users

if TYPE_CHECKING:
    from tests.replica.management_client import Steward


@pytest.fixture
def empty(users: Users) -> str:
    """A canister of Alice's with nothing in it."""
    return users.replica.create_canister(controller=ALICE)


@pytest.fixture
def wasm() -> bytes:
    """A module of several chunks."""
    return build(toy_program("lifecycle"))


def uploaded(users: Users, owner: str, wasm: bytes, size: int = 500) -> list[dict[str, bytes]]:
    """A module as chunks in a canister's store."""
    pieces = [wasm[at : at + size] for at in range(0, len(wasm), size)]
    return [users.call("upload_chunk", ALICE, canister_id=owner, chunk=each) for each in pieces]


def install_chunks(
    users: Users, target: str, hashes: list[dict[str, bytes]], digest: bytes, store: str | None
) -> None:
    """install_chunked_code as a user calls it."""
    users.call(
        "install_chunked_code",
        ALICE,
        mode={"install": None},
        target_canister=target,
        store_canister=store,
        chunk_hashes_list=hashes,
        wasm_module_hash=digest,
        arg=encode((Primitive("text"),), ("chunks",), NO_NAMES),
    )


@pytest.mark.parametrize("place", ["its own store", "another store"])
def test_a_module_is_put_together_from_chunks(
    users: Users, empty: str, wasm: bytes, place: str
) -> None:
    """Of its own store, or of another canister's with the same controller."""
    is_own = place == "its own store"
    owner = empty if is_own else users.replica.create_canister(controller=ALICE)
    hashes = uploaded(users, owner, wasm)
    kept = users.call("stored_chunks", ALICE, canister_id=owner)
    assert sorted(each["hash"] for each in kept) == sorted({each["hash"] for each in hashes})
    store = None if is_own else owner
    install_chunks(users, empty, hashes, hashlib.sha256(wasm).digest(), store)
    assert users.replica.query(empty, "story")[0] == "init chunks"
    users.call("clear_chunk_store", ALICE, canister_id=owner)
    assert users.call("stored_chunks", ALICE, canister_id=owner) == []


def test_chunks_that_do_not_fit_together_install_nothing(
    users: Users, empty: str, wasm: bytes
) -> None:
    """An unknown chunk, a wrong hash, a hash of a wrong length, a store of nobody."""
    hashes = uploaded(users, empty, wasm)
    for digest, listed, store, why in (
        (bytes(32), hashes, None, "Wasm module hash .* does not match given hash"),
        (bytes(32), [{"hash": bytes(32)}], None, "Chunk hash .* was not found"),
        (bytes(32), [{"hash": b"short"}], None, "The length is not 32"),
        (b"short", hashes, None, "Invalid wasm hash"),
        (bytes(32), hashes, BOB, "Store canister .* was not found"),
    ):
        with pytest.raises(Rejected, match=why):
            install_chunks(users, empty, listed, digest, store)
    assert users.replica.status(empty).module_hash == ""


def test_a_chunk_store_is_bounded(users: Users, empty: str) -> None:
    """1 MiB a chunk, a hundred chunks; one that is there already takes no room."""
    with pytest.raises(Rejected, match="Wasm chunk size 1048577 exceeds the maximum chunk size"):
        users.call("upload_chunk", ALICE, canister_id=empty, chunk=bytes(1_048_577))
    for number in range(100):
        users.call("upload_chunk", ALICE, canister_id=empty, chunk=bytes([number]))
    with pytest.raises(Rejected, match="maximum number of entries, 100"):
        users.call("upload_chunk", ALICE, canister_id=empty, chunk=b"one more")
    users.call("upload_chunk", ALICE, canister_id=empty, chunk=bytes([7]))


def test_a_canister_uploads_chunks_into_itself(steward: Steward) -> None:
    """No controller of itself, and yet it may."""
    told = steward.call("upload_chunk", canister_id=steward.canister, chunk=b"part")
    assert told.value == {"hash": hashlib.sha256(b"part").digest()}
    assert steward.call("stored_chunks", canister_id=steward.canister).value == [told.value]
