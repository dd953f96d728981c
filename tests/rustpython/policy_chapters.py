"""Eviction policies and their shadows: every victim of a long churn is compared."""

from refrain_core.policies import cost_aware, policy_choice, shadow_caches
from refrain_core.policies.arrival_ring import ArrivalRing
from refrain_core.policies.cost_aware import CostAwarePolicy
from refrain_core.policies.lru import LruPolicy
from refrain_core.policies.policy import Policy
from refrain_core.policies.s3_fifo import S3FifoPolicy
from refrain_core.policies.s3_queues import S3Queues
from refrain_core.policies.shadow_caches import ShadowCaches
from refrain_core.policies.sieve import SievePolicy
from refrain_core.policies.slot_rings import SlotRings
from tests.rustpython.inputs import Inputs
from tests.rustpython.recording import Recording

ENTRIES = 60
ROOM = 4_000


def add(book: Recording) -> None:
    """Record all chapters."""
    book.chapter("policies: rings alone")
    for rings in (
        *(book.call(SlotRings, 1), book.call(ArrivalRing)),
        book.call(S3Queues, ENTRIES, ROOM),
    ):
        book.call(len, rings)
        book.call(SlotRings.use, rings, "a")
        book.call(SlotRings.forget, rings, "a")
        book.call(SlotRings.size_bytes, rings)
    for name, kind, arguments in (
        ("lru", LruPolicy, ()),
        ("sieve", SievePolicy, ()),
        ("s3fifo", S3FifoPolicy, (ENTRIES, ROOM)),
        ("cost", CostAwarePolicy, ()),
    ):
        book.chapter(f"policies: {name}")
        book.call(kind, *arguments)
        policy = book.call(policy_choice.make_policy, name, ENTRIES, ROOM)
        churn(book, policy, Inputs(len(name)))
    book.call(policy_choice.make_policy, "fifo2", 1, 1)
    worths(book)
    shadows(book)


def churn(book: Recording, policy: Policy, made: Inputs) -> None:
    """Use, add, evict and forget, past a renewal of the dict."""
    kind = type(policy)
    book.call(kind.victim, policy)
    for number in range(2_600):
        key = f"{made.random.randrange(min(number // 4 + 5, 400)):016x}"
        if made.random.randrange(12) == 0:
            book.call(kind.forget, policy, key)
        elif key in policy:
            book.call(kind.use, policy, key)
        else:
            size_bytes = made.random.randrange(1, 300)
            while len(policy) >= ENTRIES or policy.size_bytes + size_bytes > ROOM:
                book.call(kind.victim, policy)
            book.call(kind.add, policy, key, size_bytes, made.random.randrange(1, 10**9))
        if number % 200 == 0:
            book.call(list, book.call(kind.oldest_first, policy))
            book.call(len, policy)
            book.call(kind.size_bytes, policy)
            book.call(kind.__contains__, policy, key)


def worths(book: Recording) -> None:
    """Rings of worths, from none to beyond all."""
    book.chapter("policies: worths")
    for cost in (0, 1, 2, 3, 10**6, 278_000_000, 2**63):
        for size_bytes in (0, 1, 2_000, 65_537, 2**40):
            ring = book.call(cost_aware.ring_of, size_bytes, cost)
            book.call(cost_aware.worth_of, ring)


def shadows(book: Recording) -> None:
    """Shadows of a cache whose keys are few and skewed."""
    book.chapter("policies: shadows")
    made = Inputs(9)
    seen = book.call(ShadowCaches, 200, 1_000_000)
    keys = [book.call(shadow_caches.hashed_key, f"é{number}") for number in range(900)]
    book.call(ShadowCaches.recommended, seen, "lru")
    book.call(ShadowCaches.recommended, seen, "fifo2")
    for number in range(9_000):
        key = keys[made.random.randrange(made.random.randrange(1, 900))]
        book.call(ShadowCaches.see, seen, key, 100 + number % 50, number % 1_000)
        if number % 100 == 0:
            book.call(ShadowCaches.forget, seen, key)
    book.call(ShadowCaches.ratios, seen)
    for entries in (0, 1, 1_024, 10_000, 2**40):
        book.call(shadow_caches.sampled_below, entries)
    for name in policy_choice.POLICY_NAMES:
        book.call(ShadowCaches.recommended, seen, name)
        book.call(ShadowCaches.recommended, seen, name, by_cost=True)
