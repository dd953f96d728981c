"""The cache's core: records, probing, eviction, admission, lookups, upkeep."""

from typing import Any

from cache_core import (
    admission,
    answer_texts,
    bank_store,
    eviction,
    lookup_requests,
    lookup_results,
    meta_rows,
    places,
    tally,
    upkeep,
)
from cache_core.response_cache import ResponseCache
from tests.rustpython import inputs
from tests.rustpython.inputs import OTHER, SECOND, START_NS, TENANT, TEXTS, Inputs, ask, put
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import Attributes, DictMap, Sees, crowd_keys, spread_keys

BOUNDS = admission.CacheBounds()


def add(book: Recording) -> None:
    """Record all chapters."""
    admissions(book)
    records(book)
    lookups(book)
    index(book)
    rows_and_counts(book)
    probes(book)
    whole_cache(book, crowded=False)
    whole_cache(book, crowded=True)


def admissions(book: Recording) -> None:
    """What is taken, and every refusal."""
    book.chapter("cache: admission")
    digest = "0" * 64
    puts = [
        *[put(digest, text) for text in TEXTS],
        *[put(bad) for bad in ("", "0" * 63, "G" * 64)],
        *[put(digest, namespace=name) for name in ("public", "2vxsx-fae", "x", OTHER)],
        *[put(digest, finish=word) for word in ("length", "budget", "")],
        *[put(digest, model=name) for name in ("m", "m|@1:q", "é@1:q")],
        *[put(digest, trust=label) for label in ("", "quorum 2/3", "A", "x" * 41, "a|b")],
        *[put(digest, ttl_s=seconds) for seconds in (0, 1, 315_360_000, 315_360_001)],
        put(digest, "é" * 100_001),
    ]
    for request in puts:
        book.call(admission.refuse_put, request, BOUNDS)
        book.call(admission.new_entry, request, BOUNDS, 7, START_NS)
        book.call(answer_texts.entry_bytes, request["answer"])
        book.call(admission.refuse_digest, request["digest"])
    for field in BOUNDS._fields:
        for value in (0, 1, 1_000_000, 1_000_001, 10**10):
            book.call(admission.refuse_settings, dict(BOUNDS._asdict(), **{field: value}))


def records(book: Recording) -> None:
    """Answers written as texts, and read again."""
    book.chapter("cache: records")
    made = Inputs(10)
    for text in [*TEXTS, *[made.text(200) for _ in range(60)]]:
        entry = admission.new_entry(put(made.digest(), text), BOUNDS, 9, START_NS)
        record = book.call(answer_texts.write_record, entry, text)
        book.call(answer_texts.read_record, record)
        book.call(answer_texts.holds, record, entry.digest)
        book.call(bank_store.kept_of, entry)
        book.call(answer_texts.Entry.keep_until_ns, entry)
    for text in ("x1", "v2|a", "", "v1|a|b"):
        book.call(answer_texts.read_record, text)
        book.call(answer_texts.holds, text, "a")
    book.call(answer_texts.write_record, entry._replace(model="a|b"), "x")
    for text in ("", "x" * 4_000, "é" * 2_001, "\U0001f600" * 2_500):
        book.call(answer_texts.pieces_of, text)


def lookups(book: Recording) -> None:
    """From requests to digests, and from entries to results."""
    book.chapter("cache: lookups")
    for request in [*inputs.odd_requests(), ask(namespace="public"), ask(namespace="x")]:
        for caller in (TENANT, "2vxsx-fae"):
            book.call(lookup_requests.digest_asked, request, caller)
    entry = admission.new_entry(put("1" * 64, ttl_s=10), BOUNDS, 9, START_NS)
    for seconds in (-1, 0, 1, 9, 10, 11):
        now_ns = START_NS + seconds * SECOND
        book.call(lookup_results.is_fresh, entry, now_ns)
        book.call(lookup_results.hit, entry, "k", "four", now_ns + 1)
    book.call(lookup_results.miss, "expired")
    book.call(lookup_results.refused, {"BadRequest": "x"})
    made = Inputs(11)
    for number in range(40):
        place = book.call(places.place_of, made.digest(), number % 4)
        book.call(places.bank_of, made.digest())
        book.call(places.is_piece, book.call(places.piece_key, place.key, number))
        book.call(places.is_piece, place.key)


def index(book: Recording) -> None:
    """The order of eviction, through a rebuild."""
    book.chapter("cache: eviction")
    made = Inputs(12)
    lru = book.call(eviction.LruIndex)
    book.call(eviction.LruIndex.load, lru, [random_row(made) for _ in range(20)])
    for number in range(300):
        place, kept = random_row(made)
        book.call(eviction.LruIndex.use, lru, place, kept)
        book.call(eviction.LruIndex.forget, lru, random_row(made)[0])
        book.call(eviction.LruIndex.get, lru, place)
        limits = (made.random.randrange(30), made.random.randrange(9_000))
        book.call(eviction.LruIndex.room_for, lru, random_row(made)[0], 500, limits, number % 9)
        book.call(eviction.LruIndex.overflow, lru, limits, number % 9)
        if number == 150:
            book.call(eviction.LruIndex.settle, lru)
    book.call(eviction.LruIndex.places, lru)
    book.call(eviction.LruIndex.__len__, lru)
    book.call(Attributes.read, lru, "size_bytes")


def random_row(made: Inputs) -> tuple[places.Place, eviction.Kept]:
    """Make up one of forty places, and what stands there."""
    place = places.Place(made.random.randrange(4), f"{made.random.randrange(10):016x}")
    size_bytes, sequence = made.random.randrange(1, 900), made.random.randrange(10**6)
    return place, eviction.Kept(size_bytes, sequence, START_NS)


def rows_and_counts(book: Recording) -> None:
    """The cache's own rows, and its counts."""
    book.chapter("cache: rows and counts")
    store = book.call(DictMap)
    rows = book.call(meta_rows.MetaRows, store)
    book.call(meta_rows.MetaRows.resume, rows, 1)
    book.call(meta_rows.MetaRows.begin, rows, 1)
    for _ in range(3):
        book.call(meta_rows.MetaRows.next_sequence, rows)
    again = book.call(meta_rows.MetaRows, store)
    book.call(meta_rows.MetaRows.resume, again, 2)
    book.call(meta_rows.MetaRows.resume, again, 1)
    book.call(meta_rows.MetaRows.next_sequence, again)
    book.call(meta_rows.MetaRows.load_counts, again)
    counting = book.call(tally.Tally, tally.Counts())
    for field in tally.Counts._fields:
        book.call(tally.Tally.add, counting, field, 3)
    counts = book.call(Attributes.read, counting, "counts")
    book.call(meta_rows.MetaRows.save_counts, again, counts)
    book.call(meta_rows.MetaRows.load_counts, again)
    book.call(tally.unpack_counts, book.call(tally.pack_counts, counts))
    book.call(tally.unpack_counts, "1|2")
    book.call(DictMap.items, store)


def probes(book: Recording) -> None:
    """The banks themselves, under keys that nearly all collide."""
    book.chapter("cache: probing store")
    made = Inputs(13)
    book.call(crowd_keys)
    banks = [book.call(DictMap) for _ in range(places.BANKS)]
    store = book.call(bank_store.BankStore, banks)
    for number in range(150):
        digest = f"00{made.random.randrange(10):x}" + "0" * 61
        content = made.text(30) + "\U0001f600" * made.random.choice([0, 0, 1_500])
        slot = book.call(bank_store.BankStore.slot_for, store, digest)
        entry = admission.new_entry(put(digest, content), BOUNDS, number, START_NS)
        book.call(bank_store.BankStore.write, store, slot, entry, content)
        found = book.call(bank_store.BankStore.find, store, digest)
        book.call(bank_store.BankStore.content, store, found)
        if number % 3 == 0:
            place = places.Place(0, f"{made.random.randrange(6):016x}")
            book.call(bank_store.BankStore.free, store, place)
    book.call(bank_store.BankStore.rows, store, 0)
    book.call(DictMap.items, banks[0])
    book.call(spread_keys)


def whole_cache(book: Recording, *, crowded: bool) -> None:
    """Puts, fetches, looks, removals, upkeep and upgrades of a small cache."""
    book.chapter(f"cache: the whole, {'colliding' if crowded else 'good'} keys")
    made = Inputs(14)
    book.call(crowd_keys if crowded else spread_keys)
    maps = [book.call(DictMap) for _ in range(places.BANKS + 1)]
    sees = book.call(Sees, [TENANT])
    cache = book.call(ResponseCache, maps[1:], maps[0])
    book.call(ResponseCache.begin, cache, 1)
    book.call(Attributes.write, cache, "bounds", BOUNDS._replace(max_entries=9, max_bytes=30_000))
    for number in range(400):
        digest = f"00{made.random.randrange(16):x}" + "0" * 61
        now_ns = START_NS + number * SECOND
        whole_cache_step(book, cache, sees, (digest, now_ns, made))
        if number % 50 == 49:
            book.call(upkeep.flush, cache)
            cache = book.call(ResponseCache, maps[1:], maps[0])
            book.call(ResponseCache.resume, cache, 1)
            while book.call(upkeep.work_step, cache):
                pass
    book.call(ResponseCache.evict, cache, book.call(ResponseCache.overflow, cache, 3))
    book.call(ResponseCache.release, cache, places.Place(0, "0" * 16))
    for one in maps:
        book.call(DictMap.items, one)
    book.call(spread_keys)


def whole_cache_step(
    book: Recording, cache: ResponseCache, sees: Sees, facts: "tuple[str, int, Any]"
) -> None:
    """Do one thing to the cache."""
    digest, now_ns, made = facts
    namespace = made.random.choice([TENANT, OTHER, "public"])
    action = made.random.randrange(6)
    if action <= 1:
        content = made.text(50) + "x" * made.random.choice([0, 0, 9_000])
        ttl_s = made.random.choice([None, 1, 20])
        book.call(
            ResponseCache.put, cache, put(digest, content, namespace=namespace, ttl_s=ttl_s), now_ns
        )
    elif action == 2:
        book.call(ResponseCache.fetch, cache, TENANT, digest, now_ns)
    elif action == 3:
        book.call(ResponseCache.look, cache, digest, sees, now_ns)
    elif action == 4:
        book.call(ResponseCache.remove, cache, digest)
    else:
        book.call(upkeep.sweep_step, cache, now_ns)
        book.call(ResponseCache.counters, cache)
