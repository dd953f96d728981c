"""A replica with a hand-moved clock, and toys to install into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from kybra_replica.kernel.replica import Replica
from kybra_replica.outcalls.mocks import StrictMocks
from kybra_replica.program.bundle import collect_bundle
from kybra_replica.program.interface import Program
from kybra_replica.program.reader import read_interface
from tests.replica.management_client import Steward, Users

TOYS = Path(__file__).parent / "toys"


@lru_cache
def toy_program(name: str) -> Program:
    """A toy canister's program, unchecked: toys do on purpose what the rules refuse.

    "lifecycle:b" is the toy "lifecycle" with VERSION "b".
    """
    folder, _, version = name.partition(":")
    bundle = collect_bundle(TOYS / folder / "main.py", [])
    sources = dict(bundle.sources)
    if version:
        sources["main.py"] = sources["main.py"].replace('VERSION = "a"', f'VERSION = "{version}"')
    return Program(name, bundle.entry, sources, read_interface(bundle))


@pytest.fixture
def toy() -> Callable[[str], Program]:
    """The program of a toy canister, by its name."""
    return toy_program


@pytest.fixture
def mocks() -> Iterator[StrictMocks]:
    """Outcalls that must be expected; verified at the end."""
    mocks = StrictMocks()
    yield mocks
    mocks.verify()


@pytest.fixture
def replica(mocks: StrictMocks) -> Iterator[Replica]:
    """A replica that keeps nothing and whose clock stands still."""
    with Replica(outcalls=mocks) as running:
        yield running


Install = Callable[..., str]


@pytest.fixture
def install(replica: Replica) -> Install:
    """Create a canister and install a toy: `install("vault", "an argument", cycles=5)`."""

    def installed(name: str, *args: Any, cycles: int = 100_000_000_000_000) -> str:
        canister = replica.create_canister(cycles=cycles)
        replica.install(canister, toy_program(name), args=args)
        return canister

    return installed


@pytest.fixture
def users(replica: Replica) -> Users:
    """Calls of users to the management canister."""
    return Users(replica)


@pytest.fixture
def steward(replica: Replica, install: Install) -> Steward:
    """Calls of a canister to the management canister."""
    return Steward(replica, install("steward"))
