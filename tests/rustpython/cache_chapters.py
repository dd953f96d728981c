"""The cache's records, rules and rows, each by itself."""

from cache_core import (
    admission,
    answer_texts,
    bank_slots,
    bank_store,
    cache_bounds,
    kept,
    lookup_requests,
    lookup_results,
    places,
)
from tests.rustpython import inputs
from tests.rustpython.cache_inputs import BOUNDS, entry_of
from tests.rustpython.inputs import OTHER, SECOND, START_NS, TENANT, TEXTS, Inputs, ask, put
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap, Members, crowd_keys, spread_keys

DIGEST = "0" * 64


def add(book: Recording) -> None:
    """Record all chapters."""
    admissions(book)
    settings(book)
    records(book)
    lookups(book)
    probes(book)


def admissions(book: Recording) -> None:
    """What is taken, and every refusal."""
    book.chapter("cache: admission")
    puts = [
        *[put(DIGEST, text) for text in TEXTS],
        *[put(bad) for bad in ("", "0" * 63, "G" * 64)],
        *[put(DIGEST, namespace=name) for name in ("public", "2vxsx-fae", "x", OTHER, "shared:a")],
        *[put(DIGEST, finish=word) for word in ("length", "budget", "")],
        *[put(DIGEST, model=name) for name in ("m", "m|@1:q", "é@1:q")],
        *[put(DIGEST, trust=label) for label in ("", "quorum 2/3", "A", "x" * 41, "a|b")],
        *[put(DIGEST, ttl_s=seconds) for seconds in (0, 1, 315_360_000, 315_360_001)],
        *[put(DIGEST, sample=sample) for sample in (1, 999, 1_000)],
        *[put(DIGEST, voters=names) for names in (["a"], ["a b"], ["é"], ["x"] * 17, [""], ["|"])],
        *[put(DIGEST, parts=parts) for parts in ("h|i1;", "é", "x" * 721)],
        *[put(DIGEST, cache_control=text) for text in ("ttl=5", 'tags="a b"', "guess", "ttl=x")],
        put(DIGEST, "é" * 100_001),
    ]
    for request in puts:
        book.call(admission.refuse_put, request, BOUNDS)
        directives = book.call(admission.directives_of, request)
        if not isinstance(directives, dict):
            entry = book.call(admission.new_entry, request, directives, BOUNDS, START_NS)
            book.call(answer_texts.entry_bytes, entry)
            book.call(admission.is_storable, entry, request["answer"]["content"], BOUNDS)
        book.call(admission.refuse_digest, request["digest"])
    for ttl_s in (0, 1, 300, 301):
        refusal = {"ProviderError": {"status": 500, "detail": "é|"}}
        negative = {"digest": DIGEST, "namespace": TENANT, "refusal": refusal, "ttl_s": ttl_s}
        book.call(admission.refuse_negative, negative, BOUNDS)
        book.call(admission.negative_entry, negative, START_NS)


def settings(book: Recording) -> None:
    """Bounds of the whole and of namespaces."""
    book.chapter("cache: settings")
    for field in BOUNDS._fields:
        for value in (0, 1, 1_000_000, 1_000_001, 10**10):
            book.call(cache_bounds.refuse_settings, dict(BOUNDS._asdict(), **{field: value}))
    for policy in ("lru", "sieve", "s3fifo", "cost", "LRU", ""):
        for namespace in ("public", "x", "shared:é", "shared:a", TENANT):
            asked = {"namespace": namespace, "policy": policy, "max_entries": 3, "max_bytes": 0}
            book.call(cache_bounds.refuse_namespace_settings, asked)
            book.call(cache_bounds.namespace_bounds, asked)
            book.call(cache_bounds.refuse_namespace, namespace)
    book.call(cache_bounds.refuse_range, "x", 5, 1, 4)


def records(book: Recording) -> None:
    """Answers written as texts, and read again, in both layouts."""
    book.chapter("cache: records")
    made = Inputs(10)
    for text in [*TEXTS, *[made.text(200) for _ in range(60)]]:
        entry = entry_of(made.digest(), text, parts="h|%7C|", voters=["a", "b"])
        record = book.call(answer_texts.write_record, entry, text)
        book.call(answer_texts.read_record, record)
        book.call(answer_texts.holds, record, entry.digest)
        book.call(answer_texts.is_old, record)
        book.call(answer_texts.crossed_and_pieces, record)
        book.call(answer_texts.is_crossed, record)
        book.call(answer_texts.owner_of, record)
        book.call(answer_texts.unescaped_parts, book.call(answer_texts.escaped_parts, text))
        book.call(kept.kept_of, places.Place(3, "k"), entry)
    old = f"v1|{DIGEST}|{TENANT}|1|2|3|0|stop|m@1:q4|single_node"
    for text in (f"{old}|1|2|3|4|5|6|0|a|b", "x1", "v2|a", "", "v1|a|b", "v3|a"):
        book.call(answer_texts.read_record, text)
        book.call(answer_texts.holds, text, "a")
        book.call(answer_texts.is_old, text)
    book.call(answer_texts.write_record, entry._replace(model="a|b"), "x")
    for text in ("", "x" * 5_000, "é" * 2_601, "\U0001f600" * 2_500):
        book.call(answer_texts.pieces_of, entry, text)


def lookups(book: Recording) -> None:
    """From requests to digests, and from entries to results."""
    book.chapter("cache: lookups")
    members = book.call(Members, "shared:a", TENANT)
    for request in [*inputs.odd_requests(), ask(namespace="public"), ask(namespace="shared:a")]:
        for caller in (TENANT, "2vxsx-fae"):
            book.call(lookup_requests.asked, request, caller, members)
    entry = entry_of("1" * 64, ttl_s=10)
    for seconds in (-1, 0, 1, 9, 10, 11):
        now_ns = START_NS + seconds * SECOND
        book.call(lookup_results.served, "Hit", entry, "k", "four", now_ns + 1)
        book.call(lookup_results.negative, entry, "k", '{"Timeout":"x"}', now_ns)
    book.call(lookup_results.miss, "expired")
    book.call(lookup_results.refused, {"BadRequest": "x"})
    made = Inputs(11)
    for number in range(40):
        place = book.call(places.place_of, made.digest(), number % 4)
        book.call(places.bank_of, made.digest())
        book.call(places.is_piece, book.call(places.piece_key, place.key, number))
        book.call(places.is_piece, place.key)


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
        entry = entry_of(digest, content, number)
        book.call(bank_store.BankStore.write, store, slot, entry, content)
        found = book.call(bank_store.BankStore.find, store, digest)
        book.call(bank_store.BankStore.content, store, found)
        book.call(bank_store.BankStore.text_at, store, found.place, digest)
        book.call(bank_store.BankStore.digest_at, store, found.place)
        book.call(bank_store.BankStore.found_at, store, found.place, digest[::-1])
        for buried in (None, found.place):
            book.call(bank_slots.free_slot, buried, found.place, [found])
            book.call(bank_slots.crowded_slot, buried, [found])
        if number % 3 == 0:
            place = places.Place(0, f"{made.random.randrange(6):016x}")
            book.call(bank_store.BankStore.free, store, place)
            book.call(bank_store.BankStore.renew, store, place)
            place = places.Place(0, f"{made.random.randrange(6):016x}")
            book.call(bank_store.BankStore.free_whole, store, place)
    for _ in range(2):
        book.call(bank_store.BankStore.put_new, store, places.Place(1, "k"), "v2|")
    book.call(bank_store.BankStore.old_places, store, 0)
    book.call(bank_store.BankStore.bank_items, store, 0)
    book.call(DictMap.items, banks[0])
    book.call(spread_keys)
