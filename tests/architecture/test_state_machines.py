"""The drawings in docs/state-machines.md are made of the tables that the canisters go by."""

from __future__ import annotations

import ast
import os

import pytest

from tests.architecture.source_tree import ROOT

PAGE = ROOT / "docs" / "state-machines.md"
CORE = ROOT / "canisters" / "batcher" / "batcher_core"
MACHINES = {
    "A flight": (CORE / "flight_machine.py", "TRANSITIONS"),
    "A voter": (CORE / "vote_machine.py", "VOTER_TRANSITIONS"),
    "A batch": (CORE / "batch_machine.py", "TRANSITIONS"),
    "An item of a batch": (CORE / "batch_machine.py", "ITEM_TRANSITIONS"),
    "A provider's circuit": (
        ROOT / "canisters" / "infer" / "infer_core" / "provider_health.py",
        "TRANSITIONS",
    ),
    "A push": (CORE / "push_machine.py", "PUSH_TRANSITIONS"),
}


def table(name: str) -> dict[tuple[str, str], str]:
    """Read a machine's table from its source, where its words are constants of the module."""
    path, wanted = MACHINES[name]
    values: dict[str, ast.expr] = {
        target.id: node.value
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def word(node: ast.expr | None) -> str:
        assert isinstance(node, ast.Name)
        return str(ast.literal_eval(values[node.id]))

    rows = values[wanted]
    assert isinstance(rows, ast.Dict)
    drawn: dict[tuple[str, str], str] = {}
    for key, value in zip(rows.keys, rows.values, strict=True):
        assert isinstance(key, ast.Tuple)
        before, event = key.elts
        drawn[word(before), word(event)] = word(value)
    return drawn


def drawing(name: str) -> str:
    """Draw a machine as a state diagram; a state that no row leaves is final."""
    rows = table(name)
    first = next(iter(rows))[0]
    final = sorted(set(rows.values()) - {before for before, _ in rows})
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {before} --> {after}: {event}" for (before, event), after in rows.items()]
    lines += [f"    {state} --> [*]" for state in final]
    return "\n".join([*lines, "```"])


@pytest.mark.parametrize("name", MACHINES)
def test_the_page_draws_the_table(name: str) -> None:
    """A row more, less or other than drawn is told; renewed by REFRAIN_RENEW_GOLDENS=1."""
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(f"## {name}\n")
    begin = text.index("```mermaid", start)
    end = text.index("\n```", begin) + len("\n```")
    if os.environ.get("REFRAIN_RENEW_GOLDENS") == "1":
        PAGE.write_text(text[:begin] + drawing(name) + text[end:], encoding="utf-8")
        return
    assert text[begin:end] == drawing(name)
