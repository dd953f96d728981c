"""A cache's part of a move: what it gives out and takes, and what it never brings back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from cache_core import lookups, moving, puts, upkeep
from cache_core.certifying import purge, taint
from refrain_core.rendezvous import ShardRing, ring_key
from tests.unit.cache.conftest import OTHER, TENANT, WRITER
from tests.unit.cache.memories import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from cache_core.answer_cache import AnswerCache
    from tests.unit.cache.certified_cache import Certified

NOW_NS = 1_000_000_000
SHARDS = (TENANT, OTHER)
ASKED = (1, TENANT, SHARDS)


def everybody(_namespace: str) -> bool:
    """See every namespace."""
    return True


def digest_of(owner: str, number: int) -> str:
    """Return the digest of that number that belongs to a shard."""
    ring = ShardRing(SHARDS)
    digests = (hashlib.sha256(f"{one}".encode()).hexdigest() for one in range(10_000))
    return [digest for digest in digests if ring.owner(ring_key(digest)) == owner][number]


MOVES = [digest_of(OTHER, number) for number in range(5)]
STAYS = digest_of(TENANT, 0)


class Pair:
    """A cache that gives and one that takes."""

    def __init__(self, put_request: Callable[..., dict[str, Any]]) -> None:
        """Fill the one with five answers that move and one that stays."""
        self.memory, self.put_request = Memory(), put_request
        self.source, self.target = self.memory.begin(), Memory().begin()
        for digest in (*MOVES, STAYS):
            self.put(digest)

    def put(self, digest: str, content: str = "four", now_ns: int = NOW_NS) -> None:
        """Put into the giving cache."""
        assert "Stored" in puts.put(self.source, self.put_request(digest, content), now_ns)

    def page(self, *done: str) -> Any:
        """Read a page."""
        return moving.move_out(self.source, ASKED, OTHER, done)["Page"]

    def fence(self) -> int:
        """Read the fence of the taking cache."""
        told = moving.move_in(self.target, [], 0, NOW_NS)
        return int(told["Fenced"] if "Fenced" in told else told["Moved"]["fence"])

    def take(self, page: Any, fence: int) -> list[str]:
        """Have a page taken; return what became of it."""
        told = moving.move_in(self.target, page["rows"], fence, NOW_NS)
        return list(told["Moved"]["outcomes"]) if "Moved" in told else ["fenced"]


@pytest.fixture
def pair(put_request: Callable[..., dict[str, Any]]) -> Pair:
    """Provide a move that is about to begin."""
    return Pair(put_request)


def checksums(page: Any) -> list[str]:
    """List a page's checksums."""
    return [row["checksum"] for row in page["rows"]]


def test_only_what_another_cache_owns_is_given_out(pair: Pair) -> None:
    """It stays until it is said to have arrived; then it has "moved", and nothing is left."""
    fence, page = pair.fence(), pair.page()
    assert sorted(row["header"].split("|")[1] for row in page["rows"]) == sorted(MOVES)
    assert page["left"] == len(MOVES)
    assert pair.take(page, fence) == ["imported"] * 5
    assert all(pair.source.find(digest) for digest in MOVES)
    assert pair.page(*checksums(page)) == {"rows": [], "left": 0}
    assert lookups.look(pair.source, MOVES[0], everybody, NOW_NS) == {"Miss": "moved"}
    assert "Hit" in lookups.look(pair.target, MOVES[0], everybody, NOW_NS)
    assert "Hit" in lookups.look(pair.source, STAYS, everybody, NOW_NS)


def test_what_did_not_arrive_is_offered_again(pair: Pair) -> None:
    """After a lost reply, and after an upgrade, which forgets what was given out."""
    first = pair.page()
    again = pair.page(checksums(first)[0])
    assert sorted(checksums(again)) == sorted(checksums(first)[1:])
    pair.source = pair.memory.resume()
    assert moving.move_out(pair.source, ASKED, OTHER, [])["Refused"] == {
        "Busy": {"retry_after_s": 60}
    }
    while upkeep.work_step(pair.source):
        pass
    assert len(pair.page()["rows"]) == len(MOVES) - 1


def test_an_answer_that_was_put_again_stays_until_it_is_given_out_again(pair: Pair) -> None:
    """What arrived was its former one."""
    page = pair.page()
    pair.put(MOVES[0], "five", NOW_NS + 5)
    rest = pair.page(*checksums(page))
    assert pair.source.find(MOVES[0]) is not None
    assert rest == {"rows": [], "left": 0}
    found = moving.move_out(pair.source, (2, TENANT, SHARDS), OTHER, [])["Page"]
    assert [row["content"] for row in found["rows"]] == ["five"]


def test_a_newer_answer_is_not_overwritten_and_a_failure_is(pair: Pair) -> None:
    """An older one counts as present, and is let go of; a failure stands for nothing."""
    fence, page = pair.fence(), pair.page()
    newer = pair.put_request(MOVES[0], "newer")
    failure = {
        "digest": MOVES[1],
        "namespace": TENANT,
        "refusal": {"Timeout": "x"},
        "ttl_s": 9,
    }
    puts.put(pair.target, newer, NOW_NS + 5)
    puts.put_negative(pair.target, failure, NOW_NS + 5)
    assert sorted(pair.take(page, fence)) == ["imported"] * 4 + ["present"]
    found = [lookups.look(pair.target, digest, everybody, NOW_NS + 6) for digest in MOVES[:2]]
    assert [one["Hit"]["answer"]["content"] for one in found] == ["newer", "four"]


@pytest.mark.parametrize("change", ["remove", "own purge", "purge", "taint", "upgrade"])
def test_what_goes_while_a_page_is_under_way_does_not_come_back(pair: Pair, change: str) -> None:
    """Told to the giving cache first, then to the taking one, which has nothing of it yet."""
    fence, page = pair.fence(), pair.page()
    for cache in (pair.source, pair.target):
        if change == "remove":
            puts.remove(cache, MOVES[0], everybody)
        elif change == "own purge":
            purge(cache, f"tag/{TENANT}/a")
        elif change == "purge":
            purge(cache, "model/tiny")
        elif change == "taint":
            taint(cache, "tiny@r1:Q4_K_M")
    if change == "upgrade":
        pair.target = Memory().begin()
    told = pair.take(page, fence)
    expected = {"remove": ["imported"] * 4 + ["withheld"], "own purge": ["withheld"] * 5}
    assert sorted(told) == expected.get(change, ["fenced"])
    done = [one for one, outcome in zip(checksums(page), told, strict=False) if outcome != "fenced"]
    again = pair.page(*[one for one in done if change == "remove"])
    left = {"remove": 0, "purge": 0}.get(change, 5)
    assert len(again["rows"]) == left
    outcomes = pair.take(again, pair.fence())
    assert outcomes == ["imported"] * left


def test_an_empty_namespace_that_is_purged_at_its_tenants_wish_is_withheld_too(
    main: Any, platform: Any
) -> None:
    """The purge writes nothing, but what was on its way before does not come in."""
    fence = main.move_in([], 0)["Fenced"]
    platform.caller_now = OTHER
    assert "Ok" in main.purge(f"namespace/{OTHER}")
    assert main.cache.fences.withholds(fence, "0" * 64, OTHER)
    assert not main.cache.fences.withholds(fence, "0" * 64, "public")


def test_what_is_purged_or_a_failure_is_left_behind_and_what_is_tainted_moves(pair: Pair) -> None:
    """A taint may be cleared at the new owner; the rest could serve nobody."""
    taint(pair.source, "tiny@r1:Q4_K_M")
    assert len(pair.page()["rows"]) == len(MOVES)
    purge(pair.source, f"namespace/{TENANT}")
    assert pair.page()["rows"] == []
    assert pair.page()["left"] == 0


def test_an_older_answer_is_removed_and_a_newer_one_is_not(pair: Pair) -> None:
    """By the time of the newer one's put; it counts as moved."""
    assert not moving.remove_older(pair.source, MOVES[0], NOW_NS)
    assert moving.remove_older(pair.source, MOVES[0], NOW_NS + 1)
    assert not moving.remove_older(pair.source, MOVES[0], NOW_NS + 1)
    assert not moving.remove_older(pair.source, "x", NOW_NS + 1)
    assert lookups.look(pair.source, MOVES[0], everybody, NOW_NS) == {"Miss": "moved"}


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ((1, TENANT, SHARDS), TENANT),
        ((1, TENANT, SHARDS), "public"),
        ((1, TENANT, ()), OTHER),
        ((1, TENANT, (OTHER, OTHER)), OTHER),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    cache: AnswerCache, asked: moving.Asked, target: str
) -> None:
    """To oneself, to a stranger, among nobody, or among the same twice."""
    assert "BadRequest" in moving.move_out(cache, asked, target, [])["Refused"]


def test_what_has_moved_is_not_provable_any_more(certified: Certified) -> None:
    """Its new owner may purge it, and the old proof would outlive that."""
    certified.put("x")
    digest = next(iter(certified.cache.index.digests()))
    assert not certified.cache.certified.uncertified([digest])
    assert moving.remove_older(certified.cache, digest, 2**63)
    assert certified.cache.certified.uncertified([digest])


def test_the_endpoints_are_the_writers(
    main: Any, platform: Any, put_request: Callable[..., dict[str, Any]]
) -> None:
    """A writer moves and adopts, a full cache adopts nothing, and a stranger does neither."""
    profile = main.profile()["Profile"]
    assert "Ok" in main.adopt(profile.replace("10000", "9999"))
    assert main.settings()["max_entries"] == 9_999
    assert "BadRequest" in main.adopt("x")["Refused"]
    main.allow_member("shared:a", OTHER)
    assert '"shared:a"' in main.profile()["Profile"]
    assert "Ok" in main.adopt(main.profile()["Profile"].replace("shared:a", "shared:b"))
    platform.caller_now = OTHER
    assert main.members("shared:b") == {"Members": [OTHER]}
    platform.caller_now = WRITER
    main.put(put_request(MOVES[0]))
    assert "BadRequest" in main.adopt(profile)["Refused"]
    page = main.move_out(1, list(SHARDS), TENANT, OTHER, [])["Page"]
    assert len(page["rows"]) == 1
    assert "Ok" in main.remove_older(MOVES[0], 1)
    platform.caller_now = OTHER
    refused = [
        main.move_out(1, list(SHARDS), TENANT, OTHER, []),
        main.move_in([], 0),
        main.remove_older(MOVES[0], 2**63),
        main.adopt(profile),
        main.profile(),
    ]
    assert all("NotAllowed" in one["Refused"] for one in refused)
