"""Calls of the cores with what they return, recorded for a replay on another interpreter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.rustpython.value_forms import Objects, encoded, path_of

if TYPE_CHECKING:
    from pathlib import Path


class Recording:
    """Chapters of steps: calls whose arguments are values, or results of earlier steps."""

    def __init__(self) -> None:
        """Start without chapters."""
        self.lines: list[dict[str, Any]] = []
        self._objects = Objects()

    def chapter(self, name: str) -> None:
        """Begin a chapter, which knows no object of the chapters before."""
        self.lines.append({"chapter": name})
        self._objects = Objects()

    def call(self, callee: Any, *args: Any, **named: Any) -> Any:
        """Call a function, class, property or unbound method; note what it returns or raises."""
        line = {
            "call": path_of(callee),
            "args": [encoded(one, self._objects) for one in args],
            "named": {name: encoded(one, self._objects) for name, one in named.items()},
        }
        self.lines.append(line)
        function: Any = callee.fget if isinstance(callee, property) else callee
        try:
            result = function(*args, **named)
        except Exception as error:  # noqa: BLE001 - what is raised is a result too
            line["raises"] = type(error).__name__
            return None
        line["gives"] = encoded(result, self._objects)
        return result

    def called(self) -> set[str]:
        """Name everything that was called."""
        return {line["call"] for line in self.lines if "call" in line}

    def write(self, path: Path) -> None:
        """Write a step a line: RustPython's JSON takes quadratic time over a long text."""
        lines = [json.dumps(line, ensure_ascii=False) for line in self.lines]
        # A core that returns a lone surrogate fails its chapter over there, not the recording.
        path.write_text("\n".join(lines) + "\n", "utf-8", "backslashreplace")
