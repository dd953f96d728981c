"""The index keeps the order of use and the bounds, checked against a plain list."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core.eviction import Kept, LruIndex, Room
from cache_core.places import Place

STEADY = settings(deadline=None, derandomize=True, max_examples=200)
KEYS = st.integers(min_value=0, max_value=9)
COMMANDS = st.one_of(
    st.tuples(st.just("use"), KEYS, st.integers(min_value=1, max_value=50)),
    st.tuples(st.just("forget"), KEYS, st.just(0)),
    st.tuples(st.just("evict"), KEYS, st.integers(min_value=1, max_value=50)),
)


def place(number: int) -> Place:
    """Name a place by a number."""
    return Place(number, f"{number:016x}")


def kept(size_bytes: int, sequence: int = 0) -> Kept:
    """Make an index row."""
    return Kept(size_bytes, sequence, 0)


class Model:
    """The same index as a list of (place, row), oldest first."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: list[tuple[Place, Kept]] = []

    def forget(self, gone: Place) -> None:
        """Drop a place."""
        self.rows = [row for row in self.rows if row[0] != gone]

    def use(self, used: Place, row: Kept) -> None:
        """Move a place to the end."""
        self.forget(used)
        self.rows.append((used, row))


@STEADY
@given(st.lists(COMMANDS, max_size=40))
def test_the_index_behaves_as_a_list_in_order_of_use(commands: list[tuple[str, int, int]]) -> None:
    """Order, sizes and victims are those of the model; bounds hold after each eviction."""
    index, model, bounds = LruIndex(), Model(), (5, 120)
    for name, key, size in commands:
        if name == "evict":
            room = index.room_for(place(key), size, bounds, at_most=100)
            others = [at for at, _ in model.rows if at != place(key)]
            assert room.victims == others[: len(room.victims)]
            assert room.enough
            for victim in room.victims:
                index.forget(victim)
                model.forget(victim)
        if name == "forget":
            index.forget(place(key))
            model.forget(place(key))
        else:
            index.use(place(key), kept(size))
            model.use(place(key), kept(size))
        assert index.places() == [at for at, _ in model.rows]
        assert index.size_bytes == sum(row.size_bytes for _, row in model.rows)
        assert name != "evict" or (len(index) <= bounds[0] and index.size_bytes <= bounds[1])


def test_no_more_victims_are_chosen_than_needed() -> None:
    """One large old answer makes room for many small ones."""
    index = LruIndex()
    index.use(place(1), kept(90))
    index.use(place(2), kept(10))
    assert index.room_for(place(3), 50, (9, 100), at_most=8) == Room([place(1)], enough=True)


def test_too_few_victims_are_reported_as_not_enough() -> None:
    """The bound on one put's work holds, even where it does not suffice."""
    index = LruIndex()
    for number in range(5):
        index.use(place(number), kept(10))
    room = index.room_for(place(9), 50, (9, 50), at_most=2)
    assert room == Room([place(0), place(1)], enough=False)


def test_what_is_replaced_is_neither_counted_nor_evicted() -> None:
    """Writing over an answer needs room only for the difference."""
    index = LruIndex()
    index.use(place(1), kept(50))
    index.use(place(2), kept(50))
    assert index.room_for(place(1), 50, (2, 100), at_most=8) == Room([], enough=True)
    assert index.room_for(place(1), 51, (2, 100), at_most=8) == Room([place(2)], enough=True)


def test_what_an_upgrade_forgot_is_ordered_by_sequence_before_what_was_used_since() -> None:
    """Recency falls back to the order of the puts; a use since the upgrade counts more."""
    index = LruIndex()
    index.use(place(1), kept(1, sequence=1))
    index.load([(place(n), kept(1, sequence=n)) for n in (4, 1)])
    index.load([(place(n), kept(1, sequence=n)) for n in (3, 2)])
    index.use(place(5), kept(1, sequence=5))
    index.use(place(3), kept(1, sequence=3))
    index.settle()
    assert index.places() == [place(n) for n in (2, 4, 1, 5, 3)]
    assert index.size_bytes == 5


def test_victims_during_a_rebuild_are_those_not_used_since() -> None:
    """The loaded ones go first, although they are not sorted yet."""
    index = LruIndex()
    index.use(place(1), kept(1))
    index.load([(place(2), kept(1))])
    assert index.overflow((1, 100), at_most=8) == Room([place(2)], enough=True)


def test_forgetting_a_stranger_changes_nothing() -> None:
    """A bank that is not loaded yet holds answers that the index does not know."""
    index = LruIndex()
    index.forget(place(1))
    assert (len(index), index.size_bytes) == (0, 0)
