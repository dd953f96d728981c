"""The index keeps the order of use and the bounds, checked against a plain list."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core.answer_index import AnswerIndex, Room
from cache_core.kept import Kept
from cache_core.places import Place
from cache_core.shelves import Shelf, ShelfBounds

STEADY = settings(deadline=None, derandomize=True, max_examples=200)
KEYS = st.integers(min_value=0, max_value=9)
COMMANDS = st.one_of(
    st.tuples(st.just("add"), KEYS, st.integers(min_value=1, max_value=50)),
    st.tuples(st.just("use"), KEYS, st.just(0)),
    st.tuples(st.just("forget"), KEYS, st.just(0)),
    st.tuples(st.just("evict"), KEYS, st.integers(min_value=1, max_value=50)),
)


def new_index(policy: str = "lru", max_entries: int = 0, max_bytes: int = 0) -> AnswerIndex:
    """Make an index whose namespaces all have one policy and the same bounds."""
    bounds = ShelfBounds(policy, max_entries, max_bytes)
    return AnswerIndex(lambda _: Shelf(bounds, 100, 1_000))


def kept(number: int, size_bytes: int, namespace: str = "a", sequence: int = 0) -> Kept:
    """Make an index row."""
    place = Place(number, f"{number:016x}")
    return Kept(place, namespace, size_bytes, sequence, 0, 0, 0, is_whole=True)


def digests(room: "Room | list[tuple[str, Kept]]") -> list[str]:
    """Name the victims."""
    return [digest for digest, _ in (room.victims if isinstance(room, Room) else room)]


def order(index: AnswerIndex, namespace: str = "a") -> list[str]:
    """List a namespace's digests, oldest first."""
    return [str(digest) for digest in index.shelf(namespace).policy.oldest_first()]


@STEADY
@given(st.lists(COMMANDS, max_size=40))
def test_the_index_behaves_as_a_list_in_order_of_use(commands: list[tuple[str, int, int]]) -> None:
    """Order, sizes and victims are those of the model; bounds hold after each eviction."""
    index, bounds = new_index(), (5, 120)
    model: list[tuple[str, Kept]] = []
    for name, key, size in commands:
        digest = str(key)
        if name == "evict":
            room = index.room_for(digest, "a", size, bounds, at_most=100)
            assert room.enough
            assert room.victims == model[: len(room.victims)]
            model = model[len(room.victims) :]
        former = [row for row in model if row[0] == digest]
        if name != "use" or former:
            model = [row for row in model if row[0] != digest]
        if name == "forget":
            assert index.forget(digest) == (former[0][1] if former else None)
        elif name == "use":
            index.use(digest)
            model.extend(former)
        else:
            index.add(digest, kept(key, size))
            model.append((digest, kept(key, size)))
        assert order(index) == [row[0] for row in model]
        assert index.size_bytes == sum(row.size_bytes for _, row in model)
        assert name != "evict" or (len(index) <= bounds[0] and index.size_bytes <= bounds[1])


def test_no_more_victims_are_chosen_than_needed() -> None:
    """One large old answer makes room for many small ones."""
    index = new_index()
    index.add("1", kept(1, 90))
    index.add("2", kept(2, 10))
    room = index.room_for("3", "a", 50, (9, 100), at_most=8)
    assert room == Room([("1", kept(1, 90))], enough=True)


def test_too_few_victims_are_reported_as_not_enough() -> None:
    """The bound on one put's work holds, even where it does not suffice."""
    index = new_index()
    for number in range(5):
        index.add(str(number), kept(number, 10))
    room = index.room_for("9", "a", 50, (9, 50), at_most=2)
    assert (digests(room), room.enough) == (["0", "1"], False)


def test_what_is_replaced_is_not_counted() -> None:
    """Writing over an answer needs room only for the difference."""
    index = new_index()
    index.add("2", kept(2, 50))
    index.add("1", kept(1, 50))
    assert index.room_for("1", "a", 50, (2, 100), at_most=8) == Room([], enough=True)
    assert digests(index.room_for("1", "a", 51, (2, 100), at_most=8)) == ["2"]


def test_an_answer_that_makes_room_for_its_own_successor_counts_no_longer() -> None:
    """As the oldest it is the victim; the successor then needs an entry of its own."""
    index = new_index()
    index.add("1", kept(1, 50))
    index.add("2", kept(2, 50))
    room = index.room_for("1", "a", 60, (2, 100), at_most=8)
    assert (digests(room), room.enough) == (["1", "2"], True)
    assert (len(index), index.size_bytes) == (0, 0)


def test_a_namespace_over_its_own_bounds_loses_its_own_answers() -> None:
    """Others' older answers stay."""
    index = new_index(max_entries=2)
    for number, namespace in enumerate(["b", "a", "a"]):
        index.add(str(number), kept(number, 10, namespace))
    assert digests(index.room_for("9", "a", 10, (9, 900), at_most=8)) == ["1"]


def test_a_full_cache_takes_from_its_largest_namespace() -> None:
    """Whoever holds most bytes gives way, whoever puts."""
    index = new_index()
    for number, (namespace, size) in enumerate([("b", 10), ("a", 40), ("a", 40), ("b", 10)]):
        index.add(str(number), kept(number, size, namespace))
    assert digests(index.room_for("9", "b", 30, (9, 100), at_most=8)) == ["1"]
    assert digests(index.overflow((1, 900), at_most=8)) == ["2", "0"]


def test_the_largest_namespace_is_found_again_after_it_shrank() -> None:
    """Evictions go to whoever is largest then, within a tenth, not to whoever once was."""
    index = new_index()
    for number, (namespace, size) in enumerate([("a", 90), ("b", 70), ("c", 30), ("a", 10)]):
        index.add(str(number), kept(number, size, namespace))
    assert digests(index.room_for("9", "c", 60, (9, 160), at_most=8)) == ["0", "1"]


def test_anothers_answer_under_a_digest_makes_no_room_in_ones_own_bounds() -> None:
    """A namespace at its bound gives one of its own answers for it."""
    index = new_index(max_entries=1)
    index.add("1", kept(1, 10, "a"))
    index.add("2", kept(2, 10, "b"))
    assert digests(index.room_for("2", "a", 10, (9, 900), at_most=8)) == ["1"]


def test_a_reopened_shelf_keeps_its_answers_and_totals() -> None:
    """A new policy learns what the former one knew, in its order."""
    index = new_index()
    for number in (1, 2, 3):
        index.add(str(number), kept(number, 10))
    index.use("1")
    index.reopen("a", 10**9)
    assert order(index) == ["2", "3", "1"]
    assert (index.shelf("a").entries, index.shelf("a").size_bytes) == (3, 30)


def test_what_an_upgrade_forgot_is_ordered_by_sequence() -> None:
    """Recency falls back to the order of the puts; what is put meanwhile is the newest."""
    index = new_index()
    index.begin_arranging()
    index.learn([(str(n), kept(n, 1, sequence=n)) for n in (4, 1)])
    index.add("5", kept(5, 1, sequence=5))
    index.add("1", kept(1, 1, sequence=6))
    index.learn([(str(n), kept(n, 1, sequence=n)) for n in (3, 2, 5)])
    index.sort_queue()
    assert index.arrange(at_most=2)
    assert not index.is_arranged
    while index.arrange(at_most=2):
        pass
    assert order(index) == ["2", "3", "4", "5", "1"]
    assert index.size_bytes == 5


def test_victims_during_a_rebuild_are_those_that_are_queued_first() -> None:
    """They go once, and are not arranged any more."""
    index = new_index()
    index.begin_arranging()
    index.learn([(str(n), kept(n, 1, sequence=n)) for n in (1, 2, 3)])
    assert digests(index.overflow((2, 100), at_most=8)) == ["1"]
    index.sort_queue()
    while index.arrange(at_most=1):
        pass
    assert order(index) == ["2", "3"]


def test_forgetting_a_stranger_changes_nothing() -> None:
    """A bank that is not loaded yet holds answers that the index does not know."""
    index = new_index()
    assert index.forget("1") is None
    assert (len(index), index.size_bytes) == (0, 0)
