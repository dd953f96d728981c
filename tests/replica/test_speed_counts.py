"""What makes the replica fast, counted, so that a slip shows on any machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.kernel.worker_link import WorkerLink

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica
    from tests.replica.conftest import Install


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every message that a canister's process is told to run, by its kind."""
    told: list[str] = []
    run = WorkerLink.run

    def noted(self: WorkerLink, facts: dict[str, Any], serve: Any) -> Any:
        told.append(facts["kind"])
        return run(self, facts, serve)

    monkeypatch.setattr(WorkerLink, "run", noted)
    return told


@pytest.fixture
def statements(replica: Replica) -> list[str]:
    """Every SQL statement of the kernel."""
    seen: list[str] = []
    replica.kernel.store.connection.set_trace_callback(seen.append)
    return seen


def test_an_update_is_one_message_and_a_query_another(
    replica: Replica, install: Install, commands: list[str]
) -> None:
    """No process is asked to inspect where no inspect_message is declared."""
    vault = install("vault")
    replica.update(vault, "put", "k", "v")
    replica.query(vault, "get", "k")
    assert commands == ["install", "update", "query"]


def test_inspection_is_one_message_more_where_it_is_declared(
    replica: Replica, install: Install, commands: list[str]
) -> None:
    """It belongs to ingress alone: a query is not inspected."""
    shapes = install("shapes")
    replica.update(shapes, "fill")
    replica.query(shapes, "orders")
    assert commands == ["install", "inspect", "update", "query"]


def test_an_update_is_one_transaction(
    replica: Replica, install: Install, statements: list[str]
) -> None:
    """Beside the one statement that receives it."""
    vault = install("vault")
    replica.update(vault, "put", "k", "v")
    statements.clear()
    replica.update(vault, "put", "k", "w")
    assert sum(each.startswith("BEGIN") for each in statements) == 1
    assert sum("INTO entries" in each for each in statements) == 1


def test_a_map_operation_is_one_request_of_the_kernel(replica: Replica, install: Install) -> None:
    """A put is one insert, a get one get; bytes are those of the encoded key and value."""
    vault = install("vault")
    before = replica.traffic()
    replica.update(vault, "put", "k", "v")
    replica.query(vault, "get", "k")
    after = replica.traffic()
    moved = {name: after[name] - before[name] for name in after if name.startswith("map_")}
    assert moved == {
        "map_gets": 1,
        "map_inserts": 1,
        "map_removes": 0,
        "map_scans": 0,
        "map_bytes_read": 9,
        "map_bytes_written": 18,
    }


def test_a_query_of_a_hundred_entries_reads_one(replica: Replica, install: Install) -> None:
    """What a get moves does not grow with the map."""
    vault = install("vault")
    for number in range(100):
        replica.update(vault, "put", f"k{number:03}", "v" * 50)
    before = replica.traffic()["map_bytes_read"]
    replica.query(vault, "get", "k042")
    assert replica.traffic()["map_bytes_read"] - before == len(b"DIDL\x00\x01q2") + 50
