"""`refrain cache add`, `shards` and `remove` over real canisters that answer all the while."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from refrain.client.connection import connect
from refrain.daemon.launch import end, launch
from refrain.state.model_choice import local_model
from tests.statuses import HIT
from tests.system.clients.test_cache_commands import Operator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROMPTS = [f"Question {number}" for number in range(12)]


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """Somebody with a network and twelve public answers."""
    made = Operator(tmp_path / "state")
    try:
        for prompt in PROMPTS:
            made.asked("--public", prompt)
        yield made
    finally:
        end(made.folder)


def assert_all_hit(operator: Operator) -> None:
    """Each prompt is a hit, and the commands find its answer wherever it lies."""
    for prompt in PROMPTS:
        answered = operator.asked("--public", prompt)
        assert answered["cache_status"] == HIT
        stored = operator.told("get", answered["digest"])
        assert stored["answer"]["content"] == answered["content"]
        assert operator.told("explain", "--public", prompt)["verdict"] == "hit"
    assert len(operator.listed("--namespace", "public")) == len(PROMPTS)


def test_a_cache_is_added_and_removed_on_a_running_network(
    operator: Operator, tmp_path: Path
) -> None:
    """Answers stay hits through it all, through an upgrade and through a restart."""
    for count in (2, 3):
        told = operator.told("add")
        assert [row["state"] for row in told["caches"]] == ["serving"] * count
        assert_all_hit(operator)
    stats = operator.told("stats")
    assert (stats["caches"], stats["counts"]["entries"]) == (3, len(PROMPTS))
    check_commands(operator, tmp_path)
    assert operator.run("upgrade", "cache-2").exit_code == 0
    told = operator.told("remove", "cache")
    assert len(told["caches"]) == 2
    assert operator.run("cache", "remove", "cache-9").exit_code == 1
    assert_all_hit(operator)
    end(operator.folder)
    launch(operator.folder, local_model("scripted"), lambda _text: None)
    assert set(connect(operator.folder).canisters) == {"cache", "cache-3", "batcher", "infer"}
    assert_all_hit(operator)
    shown = operator.run("cache", "shards").stdout.splitlines()
    assert shown[-1].startswith("the last move: ")
    assert sum(line.endswith("  serving") for line in shown) == 2


def check_commands(operator: Operator, tmp_path: Path) -> None:
    """Exports hold each answer once, imports find each at its owner, purges reach all caches."""
    file = tmp_path / "answers.jsonl"
    assert operator.told("export", str(file))["answers"] == len(PROMPTS)
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert len({row["checksum"] for row in rows}) == len(PROMPTS)
    operator.told("purge", "namespace", "public")
    assert {row["hidden"] for row in operator.listed("--namespace", "public")} <= {"purged"}
    told = operator.told("import", str(file))["told"]
    assert told == {"imported": len(PROMPTS)}
    digest = operator.asked("--public", PROMPTS[0])["digest"]
    assert operator.told("purge", "key", digest) == {"done": "removed"}
    assert operator.asked("--public", PROMPTS[0])["cache_status"] != HIT
