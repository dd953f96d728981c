"""The imports of a module, read without running it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.program.statements import Chain, last_name, walk_statements

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Imported:
    """`import module` (`name` None) or `from module import name as bound`; names made absolute.

    `is_guarded` marks one inside `try`, `for_typing` one inside `if TYPE_CHECKING`.
    """

    module: str
    name: str | None
    bound: str | None
    line: int
    is_top_level: bool = True
    is_guarded: bool = False
    for_typing: bool = False

    def targets(self) -> tuple[str, ...]:
        """The modules that this may load: the module itself, and the name as a submodule."""
        if self.name in (None, "*"):
            return (self.module,)
        return (self.module, f"{self.module}.{self.name}")


def imports_of(tree: ast.Module, module: str, *, is_package: bool) -> Iterator[Imported]:
    """Every import of a module called `module`, those inside functions and blocks included."""
    for statement, around in walk_statements(tree.body):
        if isinstance(statement, ast.Import):
            yield from _plain_imports(statement, around)
        elif isinstance(statement, ast.ImportFrom):
            base = _absolute(statement, module, is_package=is_package)
            for alias in statement.names:
                yield _imported(base, alias.name, alias.asname or alias.name, statement, around)


def _plain_imports(statement: ast.Import, around: Chain) -> Iterator[Imported]:
    for alias in statement.names:
        bound = alias.asname or alias.name.partition(".")[0]
        yield _imported(alias.name, None, bound, statement, around)


def _imported(
    module: str, name: str | None, bound: str, statement: ast.stmt, around: Chain
) -> Imported:
    return Imported(
        module=module,
        name=name,
        bound=bound,
        line=statement.lineno,
        is_top_level=not any(isinstance(s, (ast.FunctionDef, ast.ClassDef)) for s in around),
        is_guarded=any(isinstance(s, ast.Try) for s in around),
        for_typing=any(_checks_types(s) for s in around),
    )


def _checks_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and last_name(statement.test) == "TYPE_CHECKING"


def _absolute(statement: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    """The dotted name of what `from ... import` names, relative dots resolved."""
    if not statement.level:
        return statement.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - statement.level + (1 if is_package else 0)]
    return ".".join([*kept, *([statement.module] if statement.module else [])])
