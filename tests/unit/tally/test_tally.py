"""`refrain tally`: accuracies of votes, tie rules, voters and degrees of agreement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from refrain.cli.entry import cli

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

LINES: list[dict[str, Any]] = [
    {"answers": [{"voter": "a", "content": "A: 1"}, {"voter": "b", "content": "A: 2"}], "truth": 1},
    {"answers": ["so\n#### 3.0", "A: 3", "A: 4"], "truth": "3"},
    {"answers": ["<think>", "<think>"], "truth": "5"},
]


def tally(text: str, *options: str) -> Result:
    """Run the command over a text."""
    return CliRunner().invoke(cli, ["tally", "-", *options], input=text)


def facts(rows: list[dict[str, Any]], *options: str) -> dict[str, Any]:
    """What the command tells a program about rows."""
    result = tally("\n".join(map(json.dumps, rows)) + "\n\n", "--json", *options)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_votes_are_held_against_the_truth() -> None:
    """A tie goes by the rule, an answer that is missing is nobody's vote."""
    told = facts(LINES)
    assert (told["problems"], told["judged"], told["ties"]) == (3, 3, 1)
    assert {rule: row["right"] for rule, row in told["vote"].items()} == {
        "first_listed": 2,
        "last_listed": 1,
        "weighted": 1,
        "averaged": 1.5,
    }
    assert told["voters"]["a"] == {"ballots": 1, "answered": 1, "right": 1, "accuracy": 1.0}
    assert told["voters"]["1"] == {"ballots": 2, "answered": 1, "right": 1, "accuracy": 0.5}
    assert [(row["votes"], row["total"], row["right"]) for row in told["agreement"]] == [
        (0, 2, 0),
        (1, 2, 0),
        (2, 3, 1),
    ]


def test_the_strategy_decides_what_agrees() -> None:
    """Exact texts do not agree where extracted answers do."""
    assert facts(LINES[1:2], "--strategy", "exact")["ties"] == 1


def test_without_truth_only_agreement_is_told() -> None:
    """Rates are null, not zero."""
    told = facts([{"answers": ["A: 1", "A: 1"]}])
    assert told["vote"]["last_listed"] == {"right": 0, "accuracy": None}
    assert told["agreement"][0]["problems"] == 1
    assert told["agreement"][0]["accuracy"] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}\n", "Line 1 holds no answers"),
        ('{"answers": ["x"]}\nnope\n', "Line 2 is no JSON"),
        ('{"answers": [3]}\n', "Line 1 holds no answers"),
        ("[]\n", "Line 1 holds no answers"),
    ],
)
def test_a_bad_line_is_named(text: str, said: str) -> None:
    """The line's number and what it lacks, on standard error."""
    result = tally(text)
    assert result.exit_code == 1
    assert said in result.stderr


def test_an_unknown_strategy_is_a_usage_error() -> None:
    """Exit code 2, and the names to choose from."""
    result = tally("", "--strategy", "guess")
    assert result.exit_code == 2
    assert "medoid" in result.stderr


def test_a_person_reads_a_table() -> None:
    """Every accuracy stands in its row."""
    lines = tally("\n".join(map(json.dumps, LINES))).stdout.splitlines()
    assert lines[0] == "3 problems, 3 with their truth known"
    assert [line.split()[-2:] for line in lines if line.startswith(("first", "last"))] == [
        ["66.67", "%"],
        ["33.33", "%"],
    ]


def test_recorded_answers_of_four_models_are_voted_on_as_published(reference_data: Path) -> None:
    """The figures of the vote over 1,319 problems, and all 5,276 flags met by the extractor."""
    file = reference_data / "gsm8k_example_model_solutions.jsonl"
    result = CliRunner().invoke(cli, ["tally", str(file), "--json"])
    told = json.loads(result.stdout)
    accuracies = {rule: f"{100 * row['accuracy']:.2f}" for rule, row in told["vote"].items()}
    assert accuracies["last_listed"] == "56.33"
    assert accuracies["first_listed"] == "44.28"
    assert accuracies["averaged"] == "48.17"
    by_votes = {row["votes"]: f"{100 * row['accuracy']:.1f}" for row in told["agreement"]}
    assert (by_votes[3], by_votes[4]) == ("83.7", "95.7")
    assert told["flags"] == {"given": 5_276, "met": 5_276}
