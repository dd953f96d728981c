"""The file by which clients find the server: whoever makes it serves, and takes it away again."""

from __future__ import annotations

import os
from pathlib import Path


class PortFile:
    """A file with the port and a line feed; without a path, none is written."""

    def __init__(self, path: str | None) -> None:
        """Name the file; nothing is made yet."""
        self._path = None if path is None else Path(path)

    def claim(self) -> bool:
        """Make the file, empty; False where it exists, or where its folder does not."""
        if self._path is None:
            return True
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        except OSError:
            return False
        return True

    def announce(self, port: int) -> None:
        """Write the port; readers wait for the line feed."""
        if self._path is not None:
            self._path.write_text(f"{port}\n", encoding="utf-8")

    def remove(self) -> None:
        """Take the file away, once: the next one there is another server's."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
