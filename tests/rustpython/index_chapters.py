"""The cache's heap and its small rows: index, shelves, queue, counts, scopes, departures."""

from cache_core import (
    answer_index,
    arrival_queue,
    departures,
    invalidation,
    kept,
    known_answers,
    meta_rows,
    places,
    shelf_row,
    shelves,
    tally,
    tenant_rows,
)
from refrain_core.renewed_dict import RenewedDict
from tests.rustpython.cache_inputs import entry_of
from tests.rustpython.inputs import OTHER, START_NS, TENANT, Inputs
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import Attributes, DictMap, EvenSequence, OpenShelf, Sees


def add(book: Recording) -> None:
    """Record all chapters."""
    for policy in ("lru", "sieve", "s3fifo", "cost"):
        index(book, policy)
    queues_and_shelves(book)
    rows_and_counts(book)
    scopes(book)
    departed(book)


def index(book: Recording, policy: str) -> None:
    """The order of eviction under one policy, through an arranging and a reopening."""
    book.chapter(f"cache: index by {policy}")
    known = answer_index.AnswerIndex
    made = Inputs(12)
    held = book.call(known, book.call(OpenShelf, policy))
    book.call(known.begin_arranging, held)
    book.call(known.learn, held, [random_row(made) for _ in range(20)])
    book.call(known.sort_queue, held)
    for number in range(240):
        digest, row = random_row(made)
        book.call(known.add, held, digest, row)
        book.call(known.use, held, random_row(made)[0])
        book.call(known.get, held, digest)
        limits = (made.random.randrange(30), made.random.randrange(9_000))
        args = (random_row(made)[0], row.namespace, 500, limits, number % 9)
        book.call(known.room_for, held, *args)
        book.call(known.overflow, held, limits, number % 5)
        book.call(known.forget, held, random_row(made)[0])
        if number == 100:
            while book.call(known.arrange, held, 7):
                pass
        if number == 200:
            book.call(known.reopen, held, TENANT, 10**9)
    shelf = book.call(known.shelf, held, TENANT)
    for size_bytes in (0, 9_000):
        book.call(known.has_room, held, shelf, size_bytes, (500, 9_000))
    fresh = book.call(known_answers.KnownAnswers, book.call(OpenShelf, policy))
    book.call(known.add_new, fresh, *random_row(made))
    for name in ("entries", "size_bytes"):
        book.call(Attributes.read, shelf, name)
    book.call(Attributes.read, held, "size_bytes")
    book.call(Attributes.called, book.call(Attributes.read, held, "__len__"))
    assert sorted(known.digests(held)) == sorted(book.call(known.digests, held))


def random_row(made: Inputs) -> tuple[str, kept.Kept]:
    """Make up one of forty digests, and what stands there."""
    digest = f"{made.random.randrange(40):064x}"
    size_bytes, sequence = made.random.randrange(1, 900), made.random.randrange(10**6)
    place = places.Place(made.random.randrange(4), digest[-16:])
    namespace = made.random.choice([TENANT, OTHER, "public"])
    cost = made.random.randrange(10**9)
    row = kept.Kept(place, namespace, size_bytes, sequence, START_NS, START_NS, cost, True)  # noqa: FBT003 - a record's field
    return digest, row


def queues_and_shelves(book: Recording) -> None:
    """Arrival queues, a shelf's bounds, the row of shelves, and the dict that renews itself."""
    book.chapter("cache: queues and shelves")
    queue = book.call(arrival_queue.ArrivalQueue)
    for sequence in (5, 3, 4, 1):
        book.call(arrival_queue.ArrivalQueue.push, queue, sequence, f"d{sequence}")
        book.call(arrival_queue.ArrivalQueue.push_all, queue, [(sequence + 30_000, f"e{sequence}")])
    book.call(arrival_queue.ArrivalQueue.sort, queue)
    fits = book.call(EvenSequence)
    for _ in range(3):
        book.call(arrival_queue.ArrivalQueue.first, queue, fits)
        book.call(arrival_queue.ArrivalQueue.take, queue, 2)
        book.call(arrival_queue.ArrivalQueue.is_empty, queue)
    bounds = book.call(shelves.unpack_bounds, "lru|2|900")
    book.call(shelves.pack_bounds, bounds)
    shelf = book.call(shelves.Shelf, bounds, 9, 9_000)
    book.call(shelves.Shelf.entries, shelf)
    book.call(shelves.Shelf.size_bytes, shelf)
    for more in ((0, 0), (3, 0), (0, 901)):
        book.call(shelves.Shelf.is_over, shelf, *more)
    row = book.call(shelf_row.ShelfRow, book.call(OpenShelf, "lru"))
    book.call(shelf_row.ShelfRow.largest, row)
    for namespace, size_bytes in (("a", 100), ("b", 95), ("c", 20), ("c", 120)):
        book.call(shelf_row.ShelfRow.add, row, namespace, size_bytes)
        book.call(Attributes.read, book.call(shelf_row.ShelfRow.largest, row), "size_bytes")
    book.call(shelf_row.ShelfRow.entries_of, row, "c")
    book.call(shelf_row.ShelfRow.entries_of, row, "nobody")
    book.call(Attributes.read, book.call(shelf_row.ShelfRow.of, row, "b"), "entries")
    book.call(Attributes.read, book.call(shelf_row.ShelfRow.replace, row, "b"), "entries")
    assert len(book.call(shelf_row.ShelfRow.every, row)) == 3
    renewed = book.call(RenewedDict)
    made = Inputs(15)
    for number in range(1_300):
        book.call(RenewedDict.put, renewed, f"{made.random.randrange(90)}", number)
        if number % 10 == 0:
            book.call(RenewedDict.get, renewed, f"{made.random.randrange(90)}")
            book.call(RenewedDict.pop, renewed, f"{made.random.randrange(90)}")
    small = book.call(RenewedDict)
    book.call(RenewedDict.put, small, "a", 1)
    book.call(RenewedDict.put_all, small, {"b": 2, "c": 3})
    book.call(RenewedDict.keys, small)


def rows_and_counts(book: Recording) -> None:
    """The cache's own rows, namespaces' rows, and the counts."""
    book.chapter("cache: rows and counts")
    store = book.call(DictMap)
    rows = book.call(meta_rows.MetaRows, store)
    book.call(meta_rows.MetaRows.resume, rows, 2, 32)
    book.call(meta_rows.MetaRows.begin, rows, 1)
    for _ in range(3):
        book.call(meta_rows.MetaRows.next_sequence, rows)
    book.call(DictMap.insert, store, "counters", "1|2|3|4|5|6")
    again = book.call(meta_rows.MetaRows, store)
    book.call(meta_rows.MetaRows.resume, again, 2, 4)
    book.call(meta_rows.MetaRows.note_renewed, again, 1)
    book.call(meta_rows.MetaRows.resume, again, 2, 4)
    book.call(meta_rows.MetaRows.next_sequence, again)
    book.call(meta_rows.MetaRows.old_counts, again)
    book.call(meta_rows.MetaRows.drop_old_counts, again)
    book.call(meta_rows.MetaRows.old_counts, again)
    tenants = book.call(tenant_rows.TenantRows, store)
    counting = book.call(tally.Tally, book.call(Attributes.read, tenants, "counts"))
    for field in tally.Counts._fields:
        book.call(tally.Tally.add, counting, TENANT, field, 3)
        book.call(tally.Tally.add, counting, "", field)
    for name in (TENANT, ""):
        book.call(tally.Tally.add_hit, counting, name, 5, 6, 7, 8)
    save = book.call(Attributes.read, tenants, "save_counts")
    book.call(tally.Tally.flush, counting, save, 1)
    book.call(tally.Tally.flush, counting, save)
    counts = book.call(tally.Tally.counts, counting, TENANT)
    book.call(tenant_rows.TenantRows.save_counts, tenants, OTHER, counts)
    book.call(tenant_rows.TenantRows.counts, tenants, OTHER)
    book.call(tenant_rows.TenantRows.save_bounds, tenants, OTHER, shelves.ShelfBounds("lru", 1, 2))
    book.call(tenant_rows.TenantRows.bounds, tenants, OTHER)
    book.call(tenant_rows.TenantRows.bounds, tenants, TENANT)
    book.call(tally.unpack_counts, book.call(tally.pack_counts, counts))
    book.call(tally.unpack_counts, "1|2")
    book.call(DictMap.items, store)


def scopes(book: Recording) -> None:
    """Scopes refused, purged, tainted, cleared, and read again."""
    book.chapter("cache: scopes")
    known = invalidation.Invalidation
    store = book.call(DictMap)
    hidden = book.call(known, store)
    entry = entry_of("1" * 64, voters=["openai"])
    book.call(invalidation.scopes_of, entry)
    asked = [
        *("all", "model/m", "version/m@1:q4", f"tag/{TENANT}/a", f"namespace/{TENANT}", "voter/v"),
        *("", "tag", "model/", "guess/x", "model/" + "x" * 300, "model/é"),
    ]
    for number, scope in enumerate(asked):
        if book.call(known.refuse, hidden, scope) is None:
            book.call(known.purge, hidden, scope, number)
        for sequence in (number, number + 1):
            told = entry._replace(sequence=sequence)
            book.call(known.hides, hidden, told)
            book.call(known.purged, hidden, told)
            book.call(known.may_hide, hidden, sequence)
    book.call(known.taint, hidden, "openai")
    book.call(known.hides, hidden, entry._replace(sequence=10**6))
    again = book.call(known, store)
    book.call(known.load, again)
    book.call(known.scopes, again)
    for _ in range(2):
        book.call(known.clear_taint, again, "openai")
    book.call(known.scopes, again)
    book.call(known.drop_swept, again, 3)
    book.call(known.scopes, again)


def departed(book: Recording) -> None:
    """Departures and nearest prompts, in a memory of three."""
    book.chapter("cache: departures")
    memory = book.call(departures.Departures, 3)
    sees = book.call(Sees, [TENANT])
    for number in range(5):
        namespace = TENANT if number % 2 else OTHER
        book.call(departures.Departures.left, memory, f"d{number}", "evicted", namespace)
        book.call(departures.Departures.came, memory, f"d{number}", TENANT, f"h{number}|x")
        for asked in range(number + 1):
            book.call(departures.Departures.reason, memory, f"d{asked}", sees)
            book.call(departures.Departures.nearest, memory, TENANT, f"h{asked}|other")
    recent = book.call(departures.Recent, 2)
    for key in ("a", "b", "a", "c"):
        book.call(departures.Recent.note, recent, key, key * 2)
        book.call(departures.Recent.get, recent, "a")
