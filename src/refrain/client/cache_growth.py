"""A further cache for a running network, or one fewer; and how far the move of answers is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from refrain.client.cache_shards import CacheShards
from refrain.client.refusal_texts import refused
from refrain.failures import RefrainError
from refrain.sources import bundle_roots, canister_entry, kind_of
from refrain.state.folder import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refrain.client.connection import Connection
    from refrain.state.folder import StateFolder

CACHE = "cache"
CYCLES = 100_000_000_000_000
_PAUSE_S = 0.2


def add(connection: Connection, folder: StateFolder) -> str:
    """Make a cache, install it and have it join; return its name, such as cache-2.

    Raises:
        RefrainError: answers are moving already.
        Refused: the batcher takes no more caches.
    """
    refuse_while_moving(CacheShards(connection))
    known: dict[str, str] = read_json(folder.canisters) or {}
    name = next(name for number in range(2, 99) if (name := f"{CACHE}-{number}") not in known)
    cache = connection.network.create_canister(controller=connection.operator, cycles=CYCLES)
    write_json(folder.canisters, {**known, name: cache})
    connection.network.install(
        cache,
        name=CACHE,
        entry=canister_entry(CACHE),
        roots=bundle_roots(),
        mode="install",
        sender=connection.operator,
    )
    _command(connection, cache, "allow_writer", connection.canisters["batcher"])
    _command(connection, "batcher", "add_cache", cache)
    _announce(folder, {**connection.canisters, name: cache})
    return name


def remove(connection: Connection, folder: StateFolder, named: str) -> str:
    """Have a cache leave, by its name or principal; return its principal.

    If it is the one named "cache", another one takes that name, which the next start looks for.

    Raises:
        RefrainError: there is no such cache here.
        Refused: it may not leave.
    """
    names = dict(connection.canisters)
    caches = {name: cache for name, cache in names.items() if kind_of(name) == CACHE}
    leaving = next((name for name, cache in caches.items() if named in (name, cache)), None)
    if leaving is None:
        raise RefrainError(f"There is no cache {named!r}: choose {', '.join(caches)}.")
    _command(connection, "batcher", "remove_cache", caches[leaving])
    gone = leaving
    if leaving == CACHE:
        gone = next(name for name in caches if name != CACHE)
        names[CACHE] = caches[gone]
    del names[gone]
    write_json(folder.canisters, names)
    _announce(folder, names)
    return caches[leaving]


def refuse_while_moving(shards: CacheShards) -> None:
    """Raise RefrainError while answers move: what then walks over all of them would miss some."""
    if shards.is_moving:
        raise RefrainError("Answers are moving between caches. Wait: refrain cache shards.")


def _command(connection: Connection, canister: str, method: str, argument: str) -> None:
    done = connection.update(canister, method, argument)
    if "Refused" in done:
        raise refused(done["Refused"])


def _announce(folder: StateFolder, canisters: dict[str, str]) -> None:
    """Let further commands find the canisters, as the daemon's announcement does at its start."""
    announced = read_json(folder.status)
    if announced is not None:
        write_json(folder.status, {**announced, "canisters": canisters})


def progress(connection: Connection) -> Iterator[dict[str, Any]]:
    """Iterate over what `shards` tells, as long as answers move, and once more at the end."""
    while True:
        told: dict[str, Any] = connection.query("batcher", "shards")
        yield told
        if not told["legs"]:
            return
        time.sleep(_PAUSE_S)
