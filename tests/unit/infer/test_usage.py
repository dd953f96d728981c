"""The usage record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.usage import Usage, add_usage, pack_usage, total_usage, unpack_usage

usages = st.builds(Usage, *[st.integers(0, 2**64 - 1)] * 7)


@given(usages)
def test_a_usage_survives_its_text(usage: Usage) -> None:
    """What is packed reads back, within the map's bound."""
    assert unpack_usage(pack_usage(usage)) == usage
    assert len(pack_usage(usage)) + 12 <= 200


@given(st.lists(usages, max_size=4))
def test_a_total_is_the_sum_of_each_field(parts: list[Usage]) -> None:
    """Adding is field by field."""
    assert total_usage(parts) == tuple(
        sum(getattr(part, field) for part in parts) for field in Usage._fields
    )
    assert add_usage(Usage(calls=1), Usage(failures=2)) == Usage(calls=1, failures=2)


@pytest.mark.parametrize("text", ["", "1|x", "1|2|3|4|5|6|7|8"])
def test_a_foreign_record_is_an_error(text: str) -> None:
    """A record of another form is never read as counts."""
    with pytest.raises((ValueError, TypeError)):
        unpack_usage(text)
