"""What a request may ask of the cache, what replies say, and the decision between them."""

from itertools import product
from typing import NamedTuple

from refrain_core import cache_control, cache_status, freshness, trust_labels
from tests.rustpython.inputs import SECOND, START_NS, TEXTS, Inputs
from tests.rustpython.recording import Recording

LABELS = [
    *("single_node", "replicated", "quorum 2/3", "quorum 3/3", "multi_provider 1/2", "onchain"),
    *("", "quorum", "quorum 0/1", "quorum 02/3", "quorum 3/2", "quorum \u0661/3", "onchain 1/1"),
    *("quorum 1000/1000", "quorum 2/3/4", "multi_provider 999/999"),
]
DIRECTIVES = [
    "ttl=60, max-age=0, stale-while-revalidate=30, stale-if-error=600, no-cache",
    'only-if-cached, no-store, least-trust="quorum 2/3", tags="a b a", max-age="5"',
    *("", " , ", "ttl", "ttl=", "ttl=-1", "ttl=\u0663", "ttl=1,TTL=2", "no-cache=x", "\u0130=1"),
    *("tags=" + "t" * 33, 'tags="1 2 3 4 5 6 7 8 9"', 'tags="a\u2003b"', 'tags=""', "tags=é"),
    *(
        "least-trust=some",
        'ttl="5',
        "no-cache, only-if-cached",
        "no-store,stale-while-revalidate=1",
        "ttl=" + "9" * 500,
        "," * 601,
    ),
]
_NOISE = 'ntl-=,"0 9\t\u0130\u0663éx'
STATUSES = [
    *("hit", 'hit; ttl=-5; key="00ff"', "fwd=miss; stored; collapsed; fwd-status=503; detail=x"),
    *('fwd=miss; detail="a\\"\\\\;b"', "hit; fwd=miss", "", "hit;", 'hit; key="a', "hit; ttl=1.5"),
    *('hit; key="a\\b"', "hit; later; some=7", "h\u00eft", "hit; ttl=\u0663", "hit; ttl=-"),
]


class Stored(NamedTuple):
    """A stored answer's age and trust."""

    stored_at_ns: int
    expires_at_ns: int
    keep_until_ns: int
    trust: str


def add(book: Recording) -> None:
    """Record all chapters."""
    labels(book)
    directives(book)
    statuses(book)
    decisions(book)


def labels(book: Recording) -> None:
    """Every label against every other."""
    book.chapter("trust labels")
    for label in [*LABELS, *TEXTS]:
        book.call(trust_labels.trust_rank, label)
        for least in LABELS:
            book.call(trust_labels.meets, label, least)
    book.call(trust_labels.counted_label, trust_labels.QUORUM, 2, 3)


def directives(book: Recording) -> None:
    """Directives good and bad, and small changes to good ones."""
    book.chapter("directives")
    book.call(cache_control.parse_directives, None)
    made = Inputs(31)
    texts = [*DIRECTIVES, *TEXTS]
    for _ in range(300):
        letters = list(made.random.choice(DIRECTIVES[:2]))
        start = made.random.randrange(len(letters))
        letters[start : start + made.random.randrange(3)] = made.random.choices(_NOISE, k=2)
        texts.append("".join(letters))
    for text in texts:
        read = book.call(cache_control.parse_directives, text)
        if isinstance(read, cache_control.Directives):
            book.call(cache_control.directives_text, read)
            book.call(freshness.kept_for_s, 60, read)
            book.call(freshness.is_worth_storing, read)
        book.call(cache_control.is_tag, text)


def statuses(book: Recording) -> None:
    """Statuses read and written, whatever stands in their strings."""
    book.chapter("cache statuses")
    for text in [*STATUSES, *TEXTS]:
        book.call(cache_status.parse_status, text)
        status = cache_status.CacheStatus("miss", 503, -1, stored=True, key=text, detail=text)
        book.call(cache_status.parse_status, book.call(cache_status.status_text, status))
    book.call(cache_status.status_text, cache_status.CacheStatus())
    book.call(cache_status.hit_text, -3, "00ff")
    for fwd in (None, "miss"):
        book.call(cache_status.CacheStatus.is_hit, cache_status.CacheStatus(fwd))


def decisions(book: Recording) -> None:
    """The decision at its boundaries."""
    book.chapter("freshness")
    expires_at_ns = START_NS + 5 * SECOND
    stored = Stored(START_NS, expires_at_ns, expires_at_ns + 3 * SECOND, "replicated")
    cases = product((None, 0, 2), (None, 3), (None, 3), (False, True), (None, "onchain"))
    for max_age_s, revalidate_s, error_s, no_cache, least in cases:
        asked = cache_control.Directives(
            None, max_age_s, revalidate_s, error_s, no_cache, least_trust=least
        )
        book.call(freshness.fresh_until_ns, stored, asked)
        for second in (-1, 0, 2, 5, 8):
            for offset in (-1, 0, 1):
                now_ns = START_NS + second * SECOND + offset
                book.call(freshness.decide, stored, asked, now_ns)
    for second in (-1, 0, 2, 5, 8):
        book.call(freshness.ttl_left_s, stored, START_NS + second * SECOND)
