"""Which shard keeps a key, and how answers move from one to another."""

from typing import Any

from batcher_core import key_space, move_progress
from batcher_core.key_space import JOINING, LEAVING, SERVING, KeySpace
from cache_core import moving, puts, share_profile, upkeep
from cache_core.fences import Fences
from cache_core.moving import Moving
from cache_core.tenant_rows import TenantRows
from refrain_core import rendezvous
from refrain_core.rendezvous import ShardRing
from tests.rustpython.cache_inputs import BOUNDS
from tests.rustpython.inputs import OTHER, START_NS, TENANT, Inputs, put
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import Attributes, Four, Sees
from tests.rustpython.whole_cache_chapters import new_maps, opened


def add(book: Recording) -> None:
    """Record all chapters."""
    rings(book)
    spaces(book)
    moves(book)


def rings(book: Recording) -> None:
    """Owners and ranks on rings of one to many shards, and rings that cannot be."""
    book.chapter("rendezvous")
    made = Inputs(31)
    many = [f"shard-{number}" for number in range(rendezvous.MOST_SHARDS)]
    for shards in ([TENANT], [TENANT, OTHER], many[:8], many):
        ring = book.call(ShardRing, shards)
        for _ in range(20):
            key = f"{made.random.getrandbits(64):016x}"
            book.call(ShardRing.owner, ring, key)
            book.call(ShardRing.ranked, ring, key)
    book.call(ShardRing, [])
    book.call(ShardRing, [TENANT, TENANT])
    book.call(rendezvous.ring_key, "0123456789abcdef" * 4)


def spaces(book: Recording) -> None:
    """Caches in all states: owners of now and before, legs, and what may change."""
    book.chapter("batcher: the key space")
    made = Inputs(32)
    for states in (
        {},
        {TENANT: SERVING},
        {TENANT: SERVING, OTHER: JOINING},
        {TENANT: SERVING, OTHER: LEAVING, "third": SERVING},
        {f"shard-{number}": SERVING for number in range(key_space.MOST_CACHES)},
    ):
        space = book.call(KeySpace, states)
        for _ in range(10):
            digest = made.digest()
            book.call(KeySpace.owner, space, digest)
            book.call(KeySpace.former, space, digest)
        for method in (KeySpace.legs, KeySpace.settled, KeySpace.in_order):
            book.call(method, space)
        for name in (TENANT, OTHER, "new"):
            book.call(key_space.refuse_adding, states, name)
            book.call(key_space.refuse_removing, states, name)
    progress = book.call(move_progress.unpack_progress, "")
    rows = [{"checksum": f"{number}"} for number in range(6)]
    outcomes = ["imported", "present", "expired", "withheld", "refused: Busy", "damaged"]
    book.call(move_progress.arrived, rows, outcomes)
    for told in (outcomes, outcomes[:2], []):
        progress = book.call(move_progress.advanced, progress, told)
        text = book.call(move_progress.pack_progress, progress)
        book.call(move_progress.unpack_progress, text)


def moves(book: Recording) -> None:
    """Answers given out and taken in, page by page, with removals in between."""
    book.chapter("cache: moves")
    made = Inputs(33)
    source, target = opened(book, new_maps(book)), opened(book, new_maps(book))
    for one in (source, target):
        book.call(upkeep.begin, one)
        book.call(Attributes.write, one, "bounds", BOUNDS)
    digests = [made.digest() for _ in range(120)]
    for digest in digests:
        book.call(puts.put, source, put(digest, made.text(30)), START_NS)
    asked, sees = (1, TENANT, (TENANT, OTHER)), book.call(Sees, [TENANT])
    done: list[str] = []
    for number in range(8):
        told = book.call(moving.move_in, target, [], number, START_NS)
        fence = told["Fenced"] if "Fenced" in told else told["Moved"]["fence"]
        page = book.call(moving.move_out, source, asked, OTHER, done)["Page"]
        if number % 2:
            for one in (source, target):
                book.call(puts.remove, one, digests[number * 9], sees)
        took = book.call(moving.move_in, target, page["rows"], fence, START_NS)
        checksums = [row["checksum"] for row in page["rows"]]
        done = checksums[: len(took.get("Moved", {"outcomes": []})["outcomes"])]
    book.call(moving.move_out, source, asked, "third", [])
    book.call(moving.remove_older, source, digests[0], START_NS)
    book.call(moving.remove_older, source, digests[1], START_NS + 1)
    profile = book.call(share_profile.profile_text, source, [("shared:a", TENANT)])
    book.call(TenantRows.all_bounds, book.call(Attributes.read, source, "tenants"))
    for one, text in ((source, profile), (opened(book, new_maps(book)), profile)):
        book.call(share_profile.adopt, one, text)
    parts(book, digests, asked)


def parts(book: Recording, digests: "list[str]", asked: Any) -> None:
    """What a move and its fences are made of."""
    move = book.call(Moving, asked, list(digests))
    book.call(Moving.seek, move, OTHER)
    for number, digest in enumerate(digests[:5]):
        book.call(Moving.offer, move, f"{number}", OTHER, digest, number)
    book.call(Moving.arrived, move, ["1", "3", "9"])
    book.call(Moving.left, move, OTHER)
    fences = book.call(Fences, book.call(Four))
    before = book.call(Fences.now, fences)
    for name in ("a", "namespace/x"):
        book.call(Fences.raise_for, fences, name)
        book.call(Fences.withholds, fences, before, "a", "x")
    for scope in ("tag/y/z", "namespace/w", "all"):
        book.call(Fences.raise_for_scope, fences, scope)
        book.call(Fences.refuses, fences, before)
    book.call(Fences.raise_all, fences)
    book.call(Fences.now, fences)
