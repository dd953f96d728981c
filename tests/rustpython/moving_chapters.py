"""The messages by which caches are added and removed, and answers move between them."""

from typing import Any

from tests.rustpython.inputs import TEXTS, ask, put
from tests.rustpython.platform_over_dicts import principal
from tests.rustpython.played_canister import OWNER, STRANGER, WRITER, Played
from tests.rustpython.played_chapters import MISS, STORED, connected, inferred
from tests.rustpython.recording import Recording

ALL_PAGES = 2**63


def add(book: Recording) -> None:
    """Record all chapters."""
    book.chapter("cache: moves of its messages")
    cache_that_moves(Played(book, "cache"))
    book.chapter("batcher: several caches")
    batcher_of_caches(connected(Played(book, "batcher")))


def cache_that_moves(canister: Played) -> None:
    """Pages out and in, and a profile, by who may and who may not."""
    canister.send("allow_writer", WRITER)
    empty = canister.send("profile")["replied"]["Profile"]
    for text in ("{}", empty):
        canister.send("adopt", text, by=WRITER)
    for number, text in enumerate(TEXTS):
        canister.send("put", put(f"{number:064x}", text), by=WRITER)
    shards = [principal("cache"), principal("other")]
    row = {"header": "v2|x", "content": "x", "checksum": "x"}
    for by in (OWNER, STRANGER, WRITER):
        for target in (*shards, "third"):
            canister.send("move_out", 1, shards, shards[0], target, ["x"], by=by)
        for number in (0, ALL_PAGES):
            canister.send("move_in", [row], number, by=by)
        canister.send("remove_older", f"{1:064x}", ALL_PAGES, by=by)
        canister.send("profile", by=by)
        canister.send("adopt", empty, by=by)
    canister.send("remove", f"{2:064x}", by=WRITER)
    canister.send("move_in", [row], ALL_PAGES, by=WRITER)
    canister.upgrade()


def batcher_of_caches(canister: Played) -> None:
    """A cache that joins, answers that are looked for at two, and one that leaves."""
    first, other = principal("cache"), principal("other")
    for cache in ("zz", first):
        canister.send("add_cache", cache)
    canister.send("add_cache", other, by=STRANGER)
    joins: list[Any] = [{"Refused": {"NotAllowed": "x"}}, {"Ok": "x"}]
    for reply in joins:
        adding = canister.answer(canister.send("add_cache", other), {"Profile": "{}"})
        canister.answer(adding, reply)
    for number in range(6):
        waiting = canister.send("ask", ask(f"moved {number}"))
        replies: list[Any] = [MISS, {"Miss": "moved"}, MISS, inferred("x"), STORED, {"Ok": "x"}]
        for reply in replies:
            if "number" in waiting:
                waiting = canister.answer(waiting, reply)
    canister.send("shards", by=STRANGER)
    for cache in (first, other):
        canister.send("remove_cache", cache)
    canister.send("shards")
    canister.upgrade()
    canister.send("shards")
    canister.send("connect", principal("third"), principal("infer"))
