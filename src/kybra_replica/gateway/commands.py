"""The control interface's commands: a JSON object in, a JSON value out, no HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from kybra_replica.gateway.faults import BadRequest, UnknownCommand

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program

Mode = Literal["install", "upgrade", "reinstall"]
ProgramLoader = Callable[[Path, Sequence[Path], str], "Program"]
"""Loads the program at an entry file, with its import roots, under a name."""

_REQUIRED: Any = object()
_MODES: tuple[Mode, ...] = ("install", "upgrade", "reinstall")


class Replica(Protocol):
    """What the control interface drives; every method may block and is called from many threads."""

    def create_canister(self, *, controller: str, cycles: int) -> str:
        """Make an empty canister and return its principal."""

    def install(
        self,
        canister: str,
        program: Program,
        *,
        mode: Mode,
        sender: str,
        args: Sequence[Any],
    ) -> None:
        """Install, upgrade or reinstall a program."""

    def stop(self, canister: str) -> None:
        """Stop a canister once its calls have drained."""

    def start(self, canister: str) -> None:
        """Start a stopped canister."""

    def canister_ids(self) -> list[str]:
        """List all canisters."""

    def status(self, canister: str) -> Any:
        """Tell a canister's status, cycles and module hash as a dataclass."""

    def query(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run a query and return its value."""

    def update(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run an update and return its value."""

    def traffic(self) -> dict[str, int]:
        """Count messages, outcalls and HTTP requests."""


class Commands:
    """All commands over one replica; `run` names them by their path's last part."""

    def __init__(self, replica: Replica, load_program: ProgramLoader) -> None:
        """Bind the commands to `replica`, loading programs with `load_program`."""
        self._replica = replica
        self._load_program = load_program
        self._by_name: dict[str, Callable[[dict[str, Any]], Any]] = {
            "query": self._query,
            "update": self._update,
            "status": self._status,
            "stop": self._stop,
            "start": self._start,
            "install": self._install,
            "create_canister": self._create_canister,
            "canister_ids": self._canister_ids,
            "traffic": self._traffic,
        }

    def run(self, name: str, body: dict[str, Any]) -> Any:
        """Run one command.

        Raises:
            UnknownCommand: there is no such command.
            BadRequest: a field is missing, of the wrong type, or names an unknown canister.
            Rejected: the canister rejected the message.
        """
        command = self._by_name.get(name)
        if command is None:
            raise UnknownCommand(f"There is no command {name!r}; see {', '.join(self._by_name)}.")
        return command(body)

    def _query(self, body: dict[str, Any]) -> Any:
        return self._replica.query(*_message(body))

    def _update(self, body: dict[str, Any]) -> Any:
        return self._replica.update(*_message(body))

    def _status(self, body: dict[str, Any]) -> Any:
        facts = dataclasses.asdict(self._replica.status(_text(body, "canister")))
        # JSON has no bytes; of a status, only the certified data are some.
        return {
            name: fact.hex() if isinstance(fact, bytes) else fact for name, fact in facts.items()
        }

    def _stop(self, body: dict[str, Any]) -> None:
        self._replica.stop(_text(body, "canister"))

    def _start(self, body: dict[str, Any]) -> None:
        self._replica.start(_text(body, "canister"))

    def _install(self, body: dict[str, Any]) -> None:
        canister, sender = _text(body, "canister"), _text(body, "sender")
        mode: Any = _text(body, "mode")
        if mode not in _MODES:
            raise BadRequest(f"mode must be one of {', '.join(_MODES)}.")
        program = self._load_program(
            Path(_text(body, "entry")),
            [Path(root) for root in _field(body, "roots", list)],
            _text(body, "name"),
        )
        args = _field(body, "args", list, [])
        self._replica.install(canister, program, mode=mode, sender=sender, args=args)

    def _create_canister(self, body: dict[str, Any]) -> str:
        return self._replica.create_canister(
            controller=_text(body, "controller"), cycles=_field(body, "cycles", int)
        )

    def _canister_ids(self, _body: dict[str, Any]) -> list[str]:
        return self._replica.canister_ids()

    def _traffic(self, _body: dict[str, Any]) -> dict[str, int]:
        return self._replica.traffic()


def _message(body: dict[str, Any]) -> tuple[str, str, list[Any], str]:
    return (
        _text(body, "canister"),
        _text(body, "method"),
        _field(body, "args", list),
        _text(body, "sender"),
    )


def _text(body: dict[str, Any], name: str) -> str:
    text: str = _field(body, name, str)
    return text


def _field(body: dict[str, Any], name: str, of: type, default: Any = _REQUIRED) -> Any:
    value = body.get(name, default)
    if value is _REQUIRED:
        raise BadRequest(f"The field {name!r} is missing.")
    if not isinstance(value, of) or isinstance(value, bool):
        raise BadRequest(f"The field {name!r} must be a JSON {_JSON_NAMES[of]}.")
    return value


_JSON_NAMES = {str: "string", list: "array", int: "integer"}
