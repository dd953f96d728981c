"""The replica's state in SQLite; every message is one transaction."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kybra_replica.stable.schema import MIGRATIONS, SCHEMA, SCHEMA_VERSION

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
        except StateTooNewError:
            self.connection.close()
            raise

    def _open(self) -> None:
        self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self._migrate(self._layout())
        self.connection.executescript(SCHEMA)
        self.set_fact("schema_version", str(SCHEMA_VERSION))

    def _layout(self) -> int:
        if not self._has_table("canisters"):
            return SCHEMA_VERSION  # a new file
        found = int(self.fact("schema_version") or 1)
        if found > SCHEMA_VERSION:
            raise StateTooNewError(
                f"the state has layout {found}, this version reads up to {SCHEMA_VERSION}: "
                "use the newer version, or another folder"
            )
        return found

    def _migrate(self, layout: int) -> None:
        for older in range(layout, SCHEMA_VERSION):
            with self.transaction():
                for statement in MIGRATIONS[older]:
                    self.connection.execute(statement)
                self.set_fact("schema_version", str(older + 1))

    def _has_table(self, name: str) -> bool:
        sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self.connection.execute(sql, (name,)).fetchone() is not None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything within is kept, or, on an exception, nothing of it; may stand in another."""
        inner = self.connection.in_transaction
        self.connection.execute("SAVEPOINT inner_part" if inner else "BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK TO inner_part" if inner else "ROLLBACK")
            if inner:
                self.connection.execute("RELEASE inner_part")
            raise
        self.connection.execute("RELEASE inner_part" if inner else "COMMIT")

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
