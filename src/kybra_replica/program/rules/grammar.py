"""Syntax that the parser of Kybra's RustPython (of 2022) does not know; held in every file."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.statements import walk_statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import SourceFile

SYNTAX = Rule("grammar-syntax", "refused")
MATCH = Rule("grammar-match", "refused")
EXCEPT_STAR = Rule("grammar-except-star", "refused")
WITH_PARENTHESES = Rule("grammar-with-parentheses", "refused")

NO_EXCEPT_STAR = "no except*: write except"


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings of one file, reached or not: a package is frozen whole."""
    if file.error:
        yield from _unparsable(file, file.error)
    for statement, _ in walk_statements(file.tree.body):
        if isinstance(statement, ast.Match):
            yield MATCH.at(file.path, statement, "no match statement: write if and elif")
        elif type(statement).__name__ == "TryStar":
            yield EXCEPT_STAR.at(file.path, statement, NO_EXCEPT_STAR)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from _parenthesised_with(file, statement)


def _unparsable(file: SourceFile, error: SyntaxError) -> Iterator[Finding]:
    """A syntax error; Python 3.10 meets `except*` here, 3.11 parses it."""
    if re.match(r"\s*except\s*\*", error.text or ""):
        yield EXCEPT_STAR.at(file.path, error.lineno or 1, NO_EXCEPT_STAR)
    else:
        yield SYNTAX.at(file.path, error.lineno or 1, f"does not parse: {error.msg}")


def _parenthesised_with(file: SourceFile, statement: ast.With | ast.AsyncWith) -> Iterator[Finding]:
    """Tell `with (a as x, b):` from `with (a), (b):` by where the first parenthesis closes."""
    first = statement.items[0].context_expr
    lines = file.text.splitlines(keepends=True)
    before = _between(lines, (statement.lineno, statement.col_offset), _start(first))
    after = _between(lines, _end(first), _start(statement.body[0]))
    closed = re.match(r"[\s)]*", after)
    if before.count("(") > (closed.group().count(")") if closed else 0):
        message = "no parentheses around the items of with: nest the with statements"
        yield WITH_PARENTHESES.at(file.path, statement, message)


def _start(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text between two positions; columns count UTF-8 bytes, as ast does."""
    rows = [line.encode() for line in lines[start[0] - 1 : end[0]]]
    rows[-1] = rows[-1][: end[1]]
    rows[0] = rows[0][start[1] :]
    return b"".join(rows).decode()
