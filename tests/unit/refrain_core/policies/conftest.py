"""Traces that several tests of the policies run on."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def zipf_trace() -> list[int]:
    """Ask 40,000 times for 5,000 keys, few of them very often; the same each time."""
    weights = [1 / (rank + 1) for rank in range(5_000)]
    return random.Random(7).choices(range(5_000), weights, k=40_000)  # noqa: S311 - test data


@pytest.fixture(scope="session")
def mooncake_path(reference_data: Path) -> Path:
    """Find the recorded conversations."""
    path = reference_data / "mooncake_conversation_trace.jsonl"
    if not path.is_file():
        pytest.skip("no mooncake_conversation_trace.jsonl in REFRAIN_DATA")
    return path


@pytest.fixture(scope="session")
def mooncake_trace(mooncake_path: Path) -> list[int]:
    """Read the prefix blocks of the recorded conversations, in order."""
    lines = mooncake_path.read_text().splitlines()
    return [block for line in lines for block in json.loads(line)["hash_ids"]]
