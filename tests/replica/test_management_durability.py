"""What management calls leave behind in the state folder, and older folders."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from kybra_replica.artefact.build import build
from kybra_replica.artefact.stub_module import stub_module
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.management.options import ManagementOptions
from kybra_replica.program.archive import pack
from kybra_replica.program.interface import Interface
from kybra_replica.stable.schema import SCHEMA_VERSION
from kybra_replica.stable.store import STATE_FILE
from tests.replica.conftest import toy_program
from tests.replica.management_client import ALICE, BOB, NO_SETTINGS, Users, principal

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT_1 = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE canisters (
    id BLOB PRIMARY KEY, controllers TEXT NOT NULL, status TEXT NOT NULL, cycles TEXT NOT NULL,
    program TEXT, module_hash TEXT, certified_data BLOB
) WITHOUT ROWID;
CREATE TABLE maps (
    canister BLOB, memory INTEGER, max_key INTEGER NOT NULL, max_value INTEGER NOT NULL,
    PRIMARY KEY (canister, memory)
) WITHOUT ROWID;
CREATE TABLE entries (
    canister BLOB, memory INTEGER, key BLOB, value BLOB NOT NULL,
    PRIMARY KEY (canister, memory, key)
) WITHOUT ROWID;
CREATE TABLE in_flight (
    callback INTEGER PRIMARY KEY, owner BLOB NOT NULL, cycles TEXT NOT NULL
);
CREATE TABLE ingress (
    id INTEGER PRIMARY KEY, canister BLOB NOT NULL, method TEXT NOT NULL, state TEXT NOT NULL,
    reply BLOB, code INTEGER, message TEXT
);
INSERT INTO facts VALUES ('schema_version', '1');
INSERT INTO ingress VALUES (5, x'00', 'old', 'rejected', NULL, 4, 'an old refusal');
"""
"""The first layout as it was written, with one call in it."""

RECORD_COLUMNS = "controllers, settings, history, version, module_hash"


def row(folder: Path, canister: bytes) -> tuple[object, ...]:
    """What the file says of a canister."""
    with sqlite3.connect(folder / STATE_FILE) as connection:
        query = f"SELECT {RECORD_COLUMNS} FROM canisters WHERE id = ?"  # noqa: S608 (our own names)
        found: tuple[object, ...] = connection.execute(query, (canister,)).fetchone()
    connection.close()
    return found


def test_settings_history_chunks_and_modules_outlive_the_process(tmp_path: Path) -> None:
    """The status after a restart is the one from before, but for what the restart did."""
    with Replica(state=tmp_path) as replica:
        users = Users(replica)
        canister = replica.create_canister(controller=ALICE)
        replica.install(canister, toy_program("lifecycle"), sender=ALICE, args=["one"])
        both = [principal(ALICE), principal(BOB)]
        wanted = {
            "controllers": both,
            "log_visibility": {"allowed_viewers": both},
            "environment_variables": [{"name": "A", "value": "1"}],
        }
        users.call("update_settings", ALICE, canister_id=canister, settings=NO_SETTINGS | wanted)
        users.call("upload_chunk", ALICE, canister_id=canister, chunk=b"part")
        before = users.call("canister_status", ALICE, canister_id=canister)
        history = replica.canister(canister).history
        wasm = replica.canister(canister).module
    with Replica(state=tmp_path) as replica:
        users = Users(replica)
        after = users.call("canister_status", BOB, canister_id=canister)
        assert replica.canister(canister).history == history
        assert replica.canister(canister).module == wasm
        assert len(users.call("stored_chunks", BOB, canister_id=canister)) == 1
    assert str(after["settings"]) == str(before["settings"])
    assert after["module_hash"] == before["module_hash"]
    assert after["version"] > before["version"]


def test_ids_are_never_given_twice_over_a_restart(tmp_path: Path) -> None:
    """Also where the newest canister is gone."""
    with Replica(state=tmp_path) as replica:
        users = Users(replica)
        kept, gone = (replica.create_canister(controller=ALICE) for _ in range(2))
        users.call("stop_canister", ALICE, canister_id=gone)
        users.call("delete_canister", ALICE, canister_id=gone)
    with Replica(state=tmp_path) as replica:
        assert [each.text for each in replica.kernel.canisters.values()] == [kept]
        assert replica.create_canister() not in (kept, gone)


def test_foreign_modules_stay_inert_over_a_restart(tmp_path: Path) -> None:
    """Whatever the next process is told about new ones."""
    options = ManagementOptions(accept_foreign=True)
    foreign = {"mode": {"install": None}, "wasm_module": stub_module(Interface()), "arg": b""}
    with Replica(state=tmp_path, management=options) as replica:
        canister = replica.create_canister(controller=ALICE)
        Users(replica).call("install_code", ALICE, canister_id=canister, **foreign)
        module_hash = replica.status(canister).module_hash
    with Replica(state=tmp_path) as replica:
        assert replica.status(canister).module_hash == module_hash
        with pytest.raises(Rejected, match="carries no Python bundle"):
            replica.query(canister, "anything")


def test_an_uninstalled_canister_is_empty_after_a_restart(tmp_path: Path) -> None:
    """Neither its program nor its maps come back."""
    with Replica(state=tmp_path) as replica:
        canister = replica.create_canister(controller=ALICE)
        replica.install(canister, toy_program("lifecycle"), sender=ALICE, args=["one"])
        Users(replica).call("uninstall_code", ALICE, canister_id=canister)
    with Replica(state=tmp_path) as replica:
        assert replica.status(canister).module_hash == ""
        replica.install(canister, toy_program("lifecycle"), sender=ALICE, args=["two"])
        assert replica.query(canister, "story") == ["init two", "first=two"]


def test_a_folder_of_the_first_layout_is_taken_over(tmp_path: Path) -> None:
    """Its canisters run on, with default settings and a module of their own from then on."""
    program = toy_program("lifecycle")
    raw = bytes(8) + b"\1\1"
    with sqlite3.connect(tmp_path / STATE_FILE) as connection:
        connection.executescript(LAYOUT_1)
        values = (raw, json.dumps([ALICE]), "running", "123456789012", pack(program), "0f", b"cd")
        connection.execute("INSERT INTO canisters VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    connection.close()
    for _ in range(2):
        with Replica(state=tmp_path) as replica:
            canister = next(iter(replica.kernel.canisters.values()))
            assert (canister.controllers, canister.certified_data) == ((ALICE,), b"cd")
            assert replica.query(canister.text, "story") == ["arrived a", "arrived=a"]
            assert canister.module is not None
            assert canister.module.size_bytes == len(build(program))
            assert replica.answer(5) is not None
            assert replica.kernel.store.fact("schema_version") == str(SCHEMA_VERSION)
    assert row(tmp_path, raw)[-1] == canister.module_hash
    with Replica(state=tmp_path) as replica:
        assert replica.create_canister() != canister.text


def test_a_folder_of_a_newer_layout_is_refused(tmp_path: Path) -> None:
    """With a sentence, and left as it is."""
    Replica(state=tmp_path).close()
    with sqlite3.connect(tmp_path / STATE_FILE) as connection:
        connection.execute("UPDATE facts SET value = '99' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(RuntimeError, match="the state has layout 99"):
        Replica(state=tmp_path)
