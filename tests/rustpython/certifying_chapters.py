"""The cache's certified log: its epochs, what is loaded into it, and hits with their proofs."""

from typing import Any

from cache_core import certified_lookups, certifying, kept, places, puts, upkeep
from cache_core.certified_answers import CertifiedAnswers
from cache_core.meta_rows import MetaRows
from tests.rustpython.cache_inputs import entry_of
from tests.rustpython.inputs import OTHER, START_NS, TENANT, Inputs, put
from tests.rustpython.played_canister import DIGEST, STRANGER, WRITER, Played
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import Attributes, DictMap, Sees
from tests.rustpython.whole_cache_chapters import new_maps, opened

SECRET = "5e" * 32


def add(book: Recording) -> None:
    """Record all chapters."""
    epochs(book)
    whole(book)
    book.chapter("cache: certified hits, by messages")
    messages(Played(book, "cache"))


def epochs(book: Recording) -> None:
    """A secret, epochs, and the log's own calls, before there is a secret and after."""
    book.chapter("cache: certified answers")
    rows = book.call(MetaRows, book.call(DictMap))
    certified = book.call(CertifiedAnswers, rows, None)
    for number in range(40):
        digest = f"{number % 13:064x}"
        book.call(CertifiedAnswers.keep, certified, digest, f"é|{number}")
        book.call(CertifiedAnswers.load, certified, [(digest, "x"), (f"{number:064x}", "y")])
        book.call(CertifiedAnswers.uncertified, certified, [digest, f"{number:064x}"])
        book.call(CertifiedAnswers.drop, certified, [f"{number - 2:064x}", digest])
        book.call(CertifiedAnswers.drop_for_now, certified, [f"{number - 1:064x}"])
        book.call(CertifiedAnswers.progress, certified, 3)
        book.call(CertifiedAnswers.is_open, certified)
        book.call(CertifiedAnswers.is_outgrown, certified)
        if number == 9:
            book.call(CertifiedAnswers.begin, certified, SECRET)
        if number % 20 == 0:
            book.call(CertifiedAnswers.begin_epoch, certified)
    book.call(MetaRows.secret, rows)
    book.call(MetaRows.keep_secret, rows, SECRET[::-1])
    book.call(MetaRows.next_epoch, rows)


def whole(book: Recording) -> None:
    """Puts, purges, taints and upgrades, with a hit's text and records after each."""
    book.chapter("cache: certifying")
    made = Inputs(35)
    maps = new_maps(book)
    sees = book.call(Sees, [TENANT])
    cache = opened(book, maps)
    book.call(upkeep.begin, cache)
    book.call(CertifiedAnswers.begin, book.call(Attributes.read, cache, "certified"), SECRET)
    for number in range(120):
        digest = f"00{made.random.randrange(16):x}" + "0" * 61
        content = made.text(50) + "x" * made.random.choice([0, 0, 9_000])
        namespace = made.random.choice([TENANT, OTHER])
        request = put(
            digest, content, namespace=namespace, voters=["a"], cache_control=f"tags=t{number % 3}"
        )
        book.call(puts.put, cache, request, START_NS)
        changed(book, cache, number, namespace)
        for certificate in (b"signed", None):
            facts = (cache, digest, sees, START_NS, certificate)
            book.call(certified_lookups.hit_text, *facts)
            book.call(certified_lookups.look, *facts)
        if number % 30 == 29:
            cache = opened(book, maps)
            book.call(upkeep.resume, cache)
            while book.call(upkeep.work_step, cache):
                pass


def changed(book: Recording, cache: Any, number: int, namespace: str) -> None:
    """Hide or show answers, or load what is not certified."""
    if number % 7 == 0:
        book.call(certifying.purge, cache, f"tag/{namespace}/t1")
    elif number % 11 == 0:
        book.call(certifying.purge, cache, "all" if number % 2 else "model/m")
    elif number % 13 == 0:
        book.call(certifying.taint, cache, "a")
    elif number % 13 == 3:
        book.call(certifying.clear_taint, cache, "a")
    elif number % 5 == 0:
        entry = entry_of(f"{number:064x}", "kept")
        passed = [places.place_of(f"{number % 16:064x}", 0)]
        book.call(certifying.certify_put, cache, entry, "a record", passed)
    else:
        book.call(certifying.load_step, cache)
        row = kept.kept_of(places.Place(1, "k"), entry_of("d" * 64, sequence=10**6))
        book.call(certifying.certify_learnt, cache, {"d" * 64: row}, {"k": "a record"})


def messages(canister: Played) -> None:
    """Hits before there is a secret, then certified, after an upgrade and after a purge."""
    canister.send("allow_writer", WRITER)
    canister.send("put", put(DIGEST, "é|", namespace="public"), by=WRITER)
    hits(canister)
    canister.tick(1)
    hits(canister)
    canister.upgrade()
    hits(canister)
    canister.send("purge", "all")
    hits(canister)


def hits(canister: Played) -> None:
    """Look up what is stored and what is not, in both forms."""
    for digest in (DIGEST, DIGEST[::-1], "x"):
        for method in ("certified_hit", "lookup_certified"):
            canister.send(method, digest, by=STRANGER)
