"""What a rule reports, and the exception that lists every report at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

Severity = Literal["refused", "silent", "runtime", "note"]
"""refused: the compiler (or this replica) says no. silent: it compiles, then does the wrong thing.
runtime: RustPython does it otherwise than CPython. note: worth knowing, stops nothing."""


@dataclass(frozen=True, order=True)
class Finding:
    """One place in a bundle that breaks `rule`; `message` says what to write instead."""

    path: str
    line: int
    rule: str
    message: str
    severity: Severity = "refused"

    def __str__(self) -> str:
        """Render as one line: `path:line rule message`."""
        return f"{self.path}:{self.line} {self.rule} {self.message}"


@dataclass(frozen=True)
class Rule:
    """A rule's short name and what breaking it leads to."""

    name: str
    severity: Severity

    def at(self, path: str, where: ast.AST | int, message: str) -> Finding:
        """A finding at a node or a line."""
        line = where if isinstance(where, int) else getattr(where, "lineno", 1)
        return Finding(path, line, self.name, message, self.severity)


class ProgramRefused(Exception):  # noqa: N818 - a refusal, named as what happened
    """A program that must not be run; `findings` holds every reason."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep the findings and make the text of them, one a line."""
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)
