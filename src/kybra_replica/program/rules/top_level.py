"""Assignments that Kybra's compiler refuses at the top level of any module."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.statements import bare_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import SourceFile

CHAINED = Rule("top-level-chained", "refused")
TARGET = Rule("top-level-target", "refused")


def check(file: SourceFile) -> Iterator[Finding]:
    """Every top-level assignment must bind one plain name."""
    for statement in file.tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
            message = "no chained assignment at the top level: one line for each name"
            yield CHAINED.at(file.path, statement, message)
        elif (target := _target(statement)) is not None and bare_name(target) is None:
            message = (
                f"no assignment to {ast.unparse(target)} at the top level:"
                " assign one plain name, or do it inside a function"
            )
            yield TARGET.at(file.path, statement, message)


def _target(statement: ast.stmt) -> ast.expr | None:
    if isinstance(statement, ast.Assign):
        return statement.targets[0]
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return statement.target
    return None
