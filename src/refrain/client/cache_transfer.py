"""Answers of a cache in a file, one JSON object a line; both ways can be broken off and resumed.

An export notes after each page how far it is, in FILE.cursor; an import, in FILE.progress. The note
names the cache, since its cursor means nothing to another one, and is removed at the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from refrain.failures import RefrainError
from refrain.state.folder import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping


class Bookmark:
    """How far a transfer is, beside its file."""

    def __init__(self, file: Path, ending: str, cache: str) -> None:
        """Keep the note of `file` and a cache's principal under the file's name and an ending."""
        self.path = Path(f"{file}.{ending}")
        self._cache = cache

    def read(self, form: Mapping[str, type]) -> dict[str, Any] | None:
        """What was noted, its fields of these types; None where nothing was.

        Raises:
            RefrainError: it is damaged, or the note of another cache.
        """
        noted = read_json(self.path)
        if noted is None:
            return None
        if any(not isinstance(noted.get(name), kind) for name, kind in form.items()):
            raise RefrainError(f"{self.path} is damaged; remove it to begin anew.")
        if noted.get("cache") != self._cache:
            raise RefrainError(
                f"{self.path} is of another cache, {noted.get('cache')}; remove it to begin anew."
            )
        return noted

    def write(self, **fields: Any) -> None:
        """Note how far it is, at once and whole."""
        write_json(self.path, {"cache": self._cache, **fields})

    def remove(self) -> None:
        """Forget the note: it is done."""
        self.path.unlink(missing_ok=True)
