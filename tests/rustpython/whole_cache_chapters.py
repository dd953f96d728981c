"""The cache as a whole, over maps in dicts: every call on it, upkeep, upgrades, transfers."""

from typing import Any

from cache_core import (
    bank_rows,
    drafts,
    explaining,
    fast_fetches,
    fast_lookups,
    fast_puts,
    listing,
    lookup_requests,
    lookups,
    namespace_shadows,
    places,
    purge_sweep,
    puts,
    shadow_feeding,
    transfers,
    upkeep,
    writing,
)
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import write_record
from cache_core.namespace_shadows import NamespaceShadows
from cache_core.stable_maps import StableMaps
from refrain_core.cache_control import NO_DIRECTIVES
from refrain_core.canonical import head_text, parameters_text
from refrain_core.fingerprint import sample_digest
from refrain_core.request_parts import parts_text
from tests.rustpython.cache_inputs import BOUNDS, entry_of
from tests.rustpython.inputs import OTHER, SECOND, START_NS, TENANT, Inputs, ask, put
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import Attributes, DictMap, KeyOf, Sees, crowd_keys, spread_keys

SMALL = BOUNDS._replace(max_entries=9, max_bytes=30_000)
CONTROLS = ("", "max-age=3", "no-cache", "stale-while-revalidate=5, stale-if-error=30", "guess")


def add(book: Recording) -> None:
    """Record all chapters."""
    whole_cache(book, crowded=False)
    whole_cache(book, crowded=True)
    drafted(book)
    explanations(book)
    pages(book)
    shadows(book)


def opened(book: Recording, maps: "list[Any]") -> Any:
    """Make a cache over maps: banks, and the three of few rows."""
    banks = maps[: places.BANKS]
    cache = book.call(AnswerCache, book.call(StableMaps, banks, *maps[places.BANKS :]))
    book.call(Attributes.write, cache, "bounds", SMALL)
    return cache


def new_maps(book: Recording) -> "list[Any]":
    """Make the maps of an empty cache."""
    return [book.call(DictMap) for _ in range(places.BANKS + 3)]


def whole_cache(book: Recording, *, crowded: bool) -> None:
    """Puts, fetches, looks, removals, purges, upkeep and upgrades of a small cache."""
    book.chapter(f"cache: the whole, {'colliding' if crowded else 'good'} keys")
    made = Inputs(14)
    book.call(crowd_keys if crowded else spread_keys)
    maps = new_maps(book)
    sees = book.call(Sees, [TENANT])
    cache = opened(book, maps)
    book.call(upkeep.begin, cache)
    for number in range(400):
        digest = f"00{made.random.randrange(16):x}" + "0" * 61
        now_ns = START_NS + number * SECOND
        whole_cache_step(book, cache, sees, (digest, now_ns, made))
        if number % 50 == 49:
            book.call(upkeep.flush, cache)
            cache = opened(book, maps)
            book.call(upkeep.resume, cache)
            while book.call(upkeep.work_step, cache):
                pass
    book.call(AnswerCache.evict, cache, book.call(AnswerCache.overflow, cache, 3))
    book.call(AnswerCache.bounds, cache)
    book.call(Attributes.read, cache, "whole")
    book.call(AnswerCache.know_labels, cache, ("public", "replicated", "stop", "m@1:q", ""))
    for one in maps:
        book.call(DictMap.items, one)
    book.call(spread_keys)


def whole_cache_step(book: Recording, cache: Any, sees: Any, facts: "tuple[str, int, Any]") -> None:
    """Do one thing to the cache."""
    digest, now_ns, made = facts
    namespace = made.random.choice([TENANT, OTHER, "public"])
    control = made.random.choice(CONTROLS)
    action = made.random.randrange(9)
    if action <= 1:
        content = made.text(50) + "x" * made.random.choice([0, 0, 9_000])
        ttl_s = made.random.choice([None, 1, 20, 0])
        request = put(digest, content, namespace=namespace, ttl_s=ttl_s, cache_control=control)
        book.call(puts.put, cache, request, now_ns)
    elif action == 2:
        book.call(lookups.fetch, cache, TENANT, digest, sees, now_ns, control)
        book.call(fast_fetches.fetch_text, cache, TENANT, digest, sees, now_ns, control)
    elif action == 3:
        book.call(lookups.look, cache, digest, sees, now_ns, control)
        book.call(fast_lookups.hit_text, cache, digest, sees, now_ns)
    elif action == 4:
        book.call(puts.remove, cache, digest, sees)
    elif action == 5:
        refusal = {"ProviderError": {"status": 500, "detail": "x"}}
        failure = {"digest": digest, "namespace": namespace, "refusal": refusal, "ttl_s": 30}
        book.call(puts.put_negative, cache, failure, now_ns)
    elif action == 6:
        book.call(lookups.touch, cache, digest, sees)
        book.call(lookups.seek, cache, digest, sees, NO_DIRECTIVES, now_ns)
        found = book.call(AnswerCache.find, cache, digest)
        if found is not None and made.random.randrange(4) == 0:
            book.call(AnswerCache.release, cache, found, "removed")
    elif action == 7:
        entry = book.call(puts.timed, entry_of(digest, "kept")._replace(expires_at_ns=5), now_ns)
        book.call(puts.keep, cache, entry, "kept")
    else:
        book.call(upkeep.sweep_step, cache, now_ns)
        book.call(purge_sweep.purge_step, cache, now_ns)
        book.call(purge_sweep.free_if_over, cache, digest, now_ns)


def shadows(book: Recording) -> None:
    """Accesses of more namespaces than have shadows, and what is told of each."""
    book.chapter("cache: shadows of namespaces")
    cache = opened(book, new_maps(book))
    kept, sees = book.call(Attributes.read, cache, "shadows"), book.call(Sees, [TENANT])
    names = [f"shared:{number}" for number in range(20)]
    for number in range(600):
        name, digest = names[number * number % 20], f"{number % 90:060x}{number % 7:04x}"
        entry = entry_of(digest)._replace(namespace=name)
        for verdict, found in (("never stored", None), ("expired", entry), ("fresh", entry)):
            book.call(shadow_feeding.fetched, cache, name, digest, verdict, found)
        book.call(shadow_feeding.stored, cache, entry)
        book.call(NamespaceShadows.used, kept, name, digest, 9, number)
        book.call(NamespaceShadows.missed, kept, name, digest, would_miss=number % 3 == 0)
        book.call(NamespaceShadows.stored, kept, name, digest, 9, number)
    for name in names:
        book.call(NamespaceShadows.report, kept, name)
    book.call(NamespaceShadows.restart, kept, names[0])
    book.call(NamespaceShadows.restart, kept)
    book.call(NamespaceShadows, sees)
    book.call(namespace_shadows.unseen_report, "public")


def drafted(book: Recording) -> None:
    """Puts as records' texts: usual ones, unusual ones, and what a bank is read as."""
    book.chapter("cache: drafts")
    made = Inputs(17)
    maps = new_maps(book)
    cache = opened(book, maps)
    book.call(upkeep.begin, cache)
    sees = book.call(Sees, [TENANT])
    for number in range(12):
        content = made.text(30) + "x"
        entry = entry_of(made.digest(), content, parts="h%|i1;")._replace(expires_at_ns=60)
        header = book.call(write_record, entry._replace(keep_until_ns=60), "")
        known = book.call(Attributes.read, cache, "known_labels")
        for text in (header, header[1:], header.replace("|stop|", "|time|"), header + "|"):
            book.call(drafts.draft_of_header, text, content, known, SMALL)
        draft = book.call(drafts.draft_of_request, put(made.digest(), content), known, SMALL)
        if draft is not None and book.call(writing.may_be_drafted, cache, draft.digest):
            book.call(writing.make_room, cache, draft.digest, TENANT, draft.size_bytes)
            book.call(writing.write_draft, cache, draft, content, START_NS)
        book.call(drafts.labels_of, entry)
        book.call(fast_puts.keep_text, cache, header, content, START_NS + number)
        book.call(fast_lookups.plain_record, cache, entry.digest, sees, START_NS)
        book.call(puts.keep_entry, cache, entry, content)
        book.call(writing.write_entry, cache, entry, content)
    for bank, one in enumerate(maps[: places.BANKS]):
        items = book.call(DictMap.items, one)
        book.call(bank_rows.rows_of_bank, bank, items)
        for key, text in [*items, ("k/1", "v2|"), ("k", "x1")]:
            book.call(bank_rows.row_of_record, bank, key, text)


def explanations(book: Recording) -> None:
    """Why a request is a hit or none, with what differs from the nearest answer."""
    book.chapter("cache: explanations")
    cache = opened(book, new_maps(book))
    book.call(upkeep.begin, cache)
    for sample in (0, 1, 999):
        book.call(sample_digest, "1" * 64, sample)
    sees = book.call(Sees, [TENANT])
    stored = ask(seed=1, extra='{"top_k":1}')
    asked = lookup_requests.asked(stored, TENANT, Sees([]).__call__)  # type: ignore[arg-type]
    assert isinstance(asked, lookup_requests.Asked)
    book.call(puts.put, cache, put(asked.digest, parts=parts_text(stored)), START_NS)
    for change in ({}, {"seed": 2}, {"extra": '{"top_k":2}'}, {"cache_control": "guess"}):
        request = dict(stored, **change)
        other = lookup_requests.asked(request, TENANT, Sees([]).__call__)  # type: ignore[arg-type]
        assert isinstance(other, lookup_requests.Asked)
        book.call(explaining.explain, cache, request, other, sees, START_NS)
    for model in (stored["model"], "m"):
        parts = (model, stored["messages"], book.call(parameters_text, stored))
        book.call(head_text, TENANT, model)
        digest = book.call(fast_lookups.digest_of_parts, TENANT, *parts)
        book.call(fast_lookups.hit_text, cache, digest, sees, START_NS)


def pages(book: Recording) -> None:
    """Lists and exports from page to page, and imports of good and damaged records."""
    book.chapter("cache: pages")
    made = Inputs(16)
    cache, other = opened(book, new_maps(book)), opened(book, new_maps(book))
    for one in (cache, other):
        book.call(upkeep.begin, one)
        book.call(Attributes.write, one, "bounds", BOUNDS)
    for _ in range(30):
        request = put(made.digest(), made.text(20) + "x" * made.random.choice([0, 9_000]))
        book.call(puts.put, cache, request, START_NS)
    sees = book.call(Sees, [TENANT])
    keys = book.call(KeyOf)
    cursor = ""
    while True:
        page = book.call(listing.page_of, cache, cursor, 4, keys, sees)
        cursor = page["next"]
        if not cursor:
            break
    for odd in ("x", "32/", "1/x", "\u0661/", "-1/"):
        book.call(listing.page_of, cache, odd, 4, keys, sees)
    entry = entry_of("2" * 64)
    book.call(listing.listed, cache, entry, "k")
    book.call(transfers.exported, cache, entry, "k", "four")
    room = book.call(transfers.PageRoom)
    book.call(transfers.PageRoom.is_left, room, {"header": "é", "content": "x" * 999_999})
    rows = book.call(transfers.export_page, cache, "")["rows"]
    damaged = [dict(row, checksum="0") for row in rows[:1]]
    book.call(transfers.imported, other, [*rows, *damaged, *rows[:1]], START_NS)
    for row in rows[:2]:
        book.call(transfers.checksum, row["header"], row["content"])
        book.call(transfers.entry_of_header, row["header"], row["content"], BOUNDS)
        book.call(transfers.entry_of_header, row["header"], row["content"] + "x", BOUNDS)
    book.call(transfers.entry_of_header, "v9|", "", BOUNDS)
