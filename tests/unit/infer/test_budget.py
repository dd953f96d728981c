"""How many tokens a round may take, and what its end is called."""

import pytest

from infer_core.budget import Budget, finish_word, plan_budget


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        (None, Budget(512, by_caller=False)),
        (100, Budget(100, by_caller=True)),
        (512, Budget(512, by_caller=True)),
        (513, Budget(512, by_caller=False)),
    ],
)
def test_the_smaller_of_callers_and_providers_limit_is_sent(
    requested: int | None, expected: Budget
) -> None:
    """The caller's max_tokens counts as the limit only where the provider allows it whole."""
    assert plan_budget(requested, 512) == expected


@pytest.mark.parametrize(
    ("provider_finish", "by_caller", "expected"),
    [
        ("stop", True, "stop"),
        ("stop", False, "stop"),
        ("length", True, "length"),
        ("length", False, "budget"),
        ("content_filter", True, "budget"),
        ("", False, "budget"),
    ],
)
def test_only_a_whole_answer_or_the_callers_own_limit_may_be_stored(
    provider_finish: str,
    by_caller: bool,  # noqa: FBT001 - a parameter of a table
    expected: str,
) -> None:
    """Whatever Refrain or the provider cut is called "budget"."""
    assert finish_word(provider_finish, Budget(10, by_caller)) == expected
