"""The files of a state folder, and how they are written so that no reader sees half of one."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from refrain.failures import RefrainError

if TYPE_CHECKING:
    from pathlib import Path


class StateFolder:
    """One network's folder, readable by its owner only; made on first use by `prepare`."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is read or written yet."""
        self.path = path.absolute()
        self.network = self.path / "network"
        self.lock = self.path / "daemon.lock"
        self.log = self.path / "daemon.log"
        self.model_log = self.path / "model.log"
        self.status = self.path / "status.json"
        self.settings = self.path / "settings.json"
        self.canisters = self.path / "canisters.json"
        self.operator = self.path / "operator.json"
        self.operator_key = self.path / "operator.pem"
        self.weights = self.path / "weights.json"
        self._token = self.path / "token"

    def prepare(self) -> None:
        """Make the folder if it is not there.

        Raises:
            RefrainError: the folder can't be made.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RefrainError(f"Can't make the state folder: {error}.") from None

    def token(self) -> str:
        """The control interface's bearer token, made on first use with mode 0600."""
        if not self._token.exists():
            write_atomically(self._token, secrets.token_urlsafe(32))
        return self._token.read_text().strip()


def write_atomically(path: Path, text: str) -> None:
    """Put `text` at `path` with mode 0600: a reader finds the old text or the new one."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Put one JSON object at `path` atomically."""
    write_atomically(path, json.dumps(value, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """Read one JSON object; None when there is no such file.

    Raises:
        RefrainError: the file is damaged.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RefrainError(f"{path} is damaged; move it away and start again.")
    return value
