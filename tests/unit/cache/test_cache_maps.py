"""The memory map's figures are those of the texts that go into it."""

import ast
from pathlib import Path

from cache_core.answer_texts import PIECE_BYTES, VALUE_BYTES
from cache_core.cache_bounds import MOST_BYTES, MOST_ENTRIES
from cache_core.invalidation import MAX_SCOPE_CHARACTERS, TAINTED
from cache_core.meta_rows import COUNTS_KEY, LAYOUT_KEY, RENEWED_KEY, SEQUENCE_KEY
from cache_core.places import BANKS, piece_key
from cache_core.shelves import ShelfBounds, pack_bounds
from cache_core.tally import Counts, pack_counts
from refrain_core.limits import MAX_SHARED_NAME_CHARACTERS, SHARED_PREFIX

SOURCE = Path(__file__).parents[3] / "canisters" / "cache" / "cache_maps.py"


def declared() -> dict[str, dict[str, int]]:
    """Read the declarations as Kybra does: literals in top-level assignments."""
    maps = {}
    for statement in ast.parse(SOURCE.read_text()).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            target = statement.targets[0]
            assert isinstance(target, ast.Name)
            arguments = statement.value.keywords
            maps[target.id] = {str(one.arg): ast.literal_eval(one.value) for one in arguments}
    return maps


def candid_text_bytes(length: int) -> int:
    """Count a text's bytes as a Candid message: 7, its length in LEB128, itself."""
    return 7 + (1 if length < 128 else 2) + length


def test_memory_ids_are_given_once_each_and_stay() -> None:
    """An id names its map for ever; a bank's is its number and two."""
    ids = {name: sizes["memory_id"] for name, sizes in declared().items()}
    assert ids == {
        "access_rows": 0,
        "meta_rows_map": 1,
        **{f"bank_{number:02d}": number + 2 for number in range(BANKS)},
        "tenant_rows_map": 34,
        "purge_rows_map": 35,
    }


def test_banks_are_as_wide_as_their_longest_texts_and_no_wider() -> None:
    """Every byte of a bound is paid for in each record's slot."""
    expected = {
        "max_key_size": candid_text_bytes(len(piece_key("0" * 16, 250))),
        "max_value_size": 4_532,
    }
    assert candid_text_bytes(max(VALUE_BYTES, PIECE_BYTES)) <= 4_532
    for name, sizes in declared().items():
        if name.startswith("bank_"):
            assert {**expected, "memory_id": sizes["memory_id"]} == sizes


def test_meta_rows_fit_their_map() -> None:
    """Layout 1's counters were ten numbers at most, of twenty digits each."""
    sizes = declared()["meta_rows_map"]
    keys = (LAYOUT_KEY, RENEWED_KEY, SEQUENCE_KEY, COUNTS_KEY)
    assert max(candid_text_bytes(len(key)) for key in keys) <= sizes["max_key_size"]
    assert candid_text_bytes(10 * 20) <= sizes["max_value_size"]


def test_rows_of_namespaces_fit_their_map() -> None:
    """Sixteen counts of twenty digits each, under the longest name."""
    sizes = declared()["tenant_rows_map"]
    counts = pack_counts(Counts(*[2**64 - 1 for _ in Counts._fields]))
    bounds = pack_bounds(ShelfBounds("s3fifo", MOST_ENTRIES, MOST_BYTES))
    longest_name = len("c|" + SHARED_PREFIX) + MAX_SHARED_NAME_CHARACTERS
    assert candid_text_bytes(longest_name) <= sizes["max_key_size"]
    assert candid_text_bytes(max(len(counts), len(bounds))) <= sizes["max_value_size"]


def test_scopes_fit_their_map() -> None:
    """A scope is ASCII, so that its characters are its bytes."""
    sizes = declared()["purge_rows_map"]
    longest_scope = len(TAINTED + "/") + MAX_SCOPE_CHARACTERS
    assert candid_text_bytes(longest_scope) <= sizes["max_key_size"]
    assert candid_text_bytes(len(str(2**64 - 1))) <= sizes["max_value_size"]
