"""The dict that renews itself is a dict, however often it moves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain_core import renewed_dict
from refrain_core.renewed_dict import RenewedDict

STEADY = settings(deadline=None, derandomize=True, max_examples=200)
COMMANDS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "pop"]), st.integers(0, 30).map(str)), max_size=200
)


@STEADY
@given(COMMANDS)
def test_it_holds_what_a_dict_holds(commands: list[tuple[str, str]]) -> None:
    """With so little to spare that it moves all the time."""
    model: dict[str, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewed_dict, "SPARE_ADDITIONS", 3)
        patch.setattr(renewed_dict, "MOVED_AT_ONCE", 2)
        renewed: RenewedDict[int] = RenewedDict()
        for value, (name, key) in enumerate(commands):
            if name == "put":
                renewed.put(key, value)
                model[key] = value
            else:
                assert renewed.pop(key) == model.pop(key, None)
            assert len(renewed) == len(model)
            assert sorted(renewed.keys()) == sorted(model)
            assert all(renewed.get(str(n)) == model.get(str(n)) for n in range(31))
            assert all((str(n) in renewed) == (str(n) in model) for n in range(31))


def test_churn_is_moved_to_fresh_dicts_a_few_entries_at_a_time() -> None:
    """No dict ever sees many more additions than it holds entries."""
    renewed: RenewedDict[int] = RenewedDict()
    additions: dict[int, int] = {}
    seen: list[dict[str, int]] = []
    most = 0
    for number in range(20_000):
        before = len(renewed.halves[1])
        renewed.put(str(number), number)
        renewed.pop(str(number - 100))
        most = max(most, before - len(renewed.halves[1]))
        if all(one is not renewed.halves[0] for one in seen):
            seen.append(renewed.halves[0])
        place = next(n for n, one in enumerate(seen) if one is renewed.halves[0])
        additions[place] = additions.get(place, 0) + 1
    assert len(renewed) == 100
    assert len(seen) > 10
    assert max(additions.values()) <= 2 * 200 + renewed_dict.SPARE_ADDITIONS + 20
    assert most <= renewed_dict.MOVED_AT_ONCE + 2
