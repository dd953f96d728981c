"""What is remembered of a batch under way: a file beside its output, until that is there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from refrain.state.folder import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from refrain.client.batch_reading import AskedLine


class Part(NamedTuple):
    """One batch at the batcher: its number there, and how many of the lines it holds."""

    batch: int
    lines: int


class Progress:
    """The batches that a file's lines were made into so far."""

    def __init__(self, output: Path, lines: Sequence[AskedLine], batcher: str) -> None:
        """Find what an interrupted run of the same lines at the same batcher left."""
        text = "\n".join([batcher, *[line.text for line in lines]])
        self._digest = hashlib.sha256(text.encode()).hexdigest()
        self._path = output.with_name(output.name + ".progress")
        known = read_json(self._path) if self._path.exists() else None
        is_same = known is not None and known.get("lines_sha256") == self._digest
        self.parts = [Part(*one) for one in known["batches"]] if known and is_same else []

    @property
    def is_resumed(self) -> bool:
        """Whether there is something to go on with."""
        return bool(self.parts)

    def add(self, part: Part) -> None:
        """Note a batch that was created."""
        self.parts.append(part)
        self._write()

    def restart(self) -> None:
        """Forget all batches: the batcher knows them no more."""
        self.parts = []
        self._write()

    def done(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        batches = [[part.batch, part.lines] for part in self.parts]
        write_json(self._path, {"lines_sha256": self._digest, "batches": batches})
