"""The replica's state in SQLite; every message is one transaction."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kybra_replica.stable.schema import SCHEMA, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE_FILE = "replica.sqlite3"
LOCK_WAIT_S = 1.0


class StateTooNewError(RuntimeError):
    """The state folder was written by a newer version, whose tables this one doesn't know."""


class StateInUseError(RuntimeError):
    """Another process works on the state folder."""


class Store:
    """Opens the state; `path` is a folder, or None for a state that lives in memory."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the state."""
        if path is not None:
            path.mkdir(parents=True, exist_ok=True)
        name = ":memory:" if path is None else str(path / STATE_FILE)
        self.connection = sqlite3.connect(
            name, isolation_level=None, check_same_thread=False, timeout=LOCK_WAIT_S
        )
        try:
            self._open()
        except sqlite3.OperationalError as error:
            self.connection.close()
            raise StateInUseError(f"the state {name} is in use or can't be written") from error
        self._check_version()

    def _open(self) -> None:
        self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(SCHEMA)

    def _check_version(self) -> None:
        found = int(self.fact("schema_version") or SCHEMA_VERSION)
        if found > SCHEMA_VERSION:
            raise StateTooNewError(
                f"the state has layout {found}, this version reads up to {SCHEMA_VERSION}: "
                "use the newer version, or another folder"
            )
        self.set_fact("schema_version", str(SCHEMA_VERSION))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything within is kept, or, on an exception, nothing of it."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    @contextmanager
    def discarded(self) -> Iterator[None]:
        """Nothing of what happens within is kept."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def fact(self, name: str) -> str | None:
        """A fact about the whole replica, or None."""
        row = self.connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact about the whole replica."""
        self.connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
