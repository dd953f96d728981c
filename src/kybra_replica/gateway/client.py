"""A blocking client of the control interface; safe to share between threads."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kybra_replica.gateway.faults import REJECTED, NoAnswer, NotRunning, fault_of
from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kybra_replica.gateway.commands import Mode

DEFAULT_TIMEOUT_S = 180.0
"""Longer than any chain of 30-second outcalls that one message makes."""


class ControlClient:
    """Drives a replica through its `ControlServer`.

    Every method raises `Rejected` where a canister says no, `NotRunning` where nobody listens,
    `NoAnswer` where no answer came in time, and another `ControlError` for a refused request.
    """

    def __init__(self, url: str, token: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        """Address the server at `url`; each request opens a connection of its own."""
        self._netloc = urlsplit(url).netloc
        self._token = token
        self._timeout_s = timeout_s

    def query(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run a query and return its value."""
        return self._message("query", canister, method, args, sender)

    def update(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run an update and return its value."""
        return self._message("update", canister, method, args, sender)

    def create_canister(self, *, controller: str, cycles: int) -> str:
        """Make an empty canister and return its principal."""
        principal: str = self.call("create_canister", controller=controller, cycles=cycles)
        return principal

    def install(  # noqa: PLR0913 - the fields of one command
        self,
        canister: str,
        *,
        name: str,
        entry: Path,
        roots: Sequence[Path],
        mode: Mode,
        sender: str,
        args: Sequence[Any] = (),
    ) -> None:
        """Load the program at `entry` on the server's side and install it."""
        self.call(
            "install",
            canister=canister,
            name=name,
            entry=str(entry),
            roots=[str(root) for root in roots],
            mode=mode,
            sender=sender,
            args=list(args),
        )

    def stop(self, canister: str) -> None:
        """Stop a canister once its calls have drained."""
        self.call("stop", canister=canister)

    def start(self, canister: str) -> None:
        """Start a stopped canister."""
        self.call("start", canister=canister)

    def status(self, canister: str) -> dict[str, Any]:
        """Tell a canister's `status`, `cycles` and `module_hash`."""
        facts: dict[str, Any] = self.call("status", canister=canister)
        return facts

    def canister_ids(self) -> list[str]:
        """List all canisters."""
        ids: list[str] = self.call("canister_ids")
        return ids

    def traffic(self) -> dict[str, Any]:
        """Count the replica's messages, outcalls and HTTP requests."""
        counts: dict[str, Any] = self.call("traffic")
        return counts

    def call(self, command: str, **arguments: Any) -> Any:
        """Run any command by its name."""
        reply = self._post(command, json.dumps(arguments).encode())
        error = reply.get("error")
        if error is None:
            return reply.get("value")
        if error.get("code") == REJECTED:
            raise Rejected(error["reject_code"], error["message"])
        raise fault_of(error)

    def _message(
        self, kind: str, canister: str, method: str, args: Sequence[Any], sender: str
    ) -> Any:
        return self.call(kind, canister=canister, method=method, args=list(args), sender=sender)

    def _post(self, command: str, body: bytes) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(self._netloc, timeout=self._timeout_s)
        try:
            connection.request("POST", f"/api/control/{command}", body, headers)
            reply = json.loads(connection.getresponse().read())
        except ConnectionRefusedError:
            raise NotRunning("Nobody listens at the control URL.") from None
        except TimeoutError:
            raise NoAnswer(f"No answer within {self._timeout_s:g} seconds.") from None
        except (OSError, http.client.HTTPException, ValueError):
            raise NoAnswer("The connection ended before an answer came.") from None
        finally:
            connection.close()
        return reply if isinstance(reply, dict) else {"error": {"message": "not an object"}}
