"""The memory map's figures are those of the texts that go into it."""

import ast
from pathlib import Path

from cache_core.answer_texts import HEADER_BYTES, PIECE_BYTES
from cache_core.places import BANKS, piece_key

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
    }


def test_banks_are_as_wide_as_their_longest_texts_and_no_wider() -> None:
    """Every byte of a bound is paid for in each record's slot."""
    expected = {
        "max_key_size": candid_text_bytes(len(piece_key("0" * 16, 250))),
        "max_value_size": candid_text_bytes(HEADER_BYTES + PIECE_BYTES),
    }
    for name, sizes in declared().items():
        if name.startswith("bank_"):
            assert {**expected, "memory_id": sizes["memory_id"]} == sizes


def test_meta_rows_fit_their_map() -> None:
    """Counters are ten numbers at most, of twenty digits each."""
    sizes = declared()["meta_rows_map"]
    assert candid_text_bytes(len("sequence")) <= sizes["max_key_size"]
    assert candid_text_bytes(10 * 20) <= sizes["max_value_size"]
