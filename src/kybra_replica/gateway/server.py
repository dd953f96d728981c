"""A loopback HTTP server for the control interface: POST /api/control/NAME, JSON to JSON."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from aiohttp import web
from typing_extensions import Self

from kybra_replica.gateway.admission import check_host, check_token, parse_object
from kybra_replica.gateway.faults import (
    REJECTED,
    BodyTooLarge,
    ControlError,
    UnknownCommand,
    wire_form,
)
from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from kybra_replica.gateway.commands import Commands

MAX_BODY_BYTES = 2_000_000
"""A little under the Internet Computer's own ingress limit of 2 MiB."""

CONCURRENT_COMMANDS = 128
"""Commands that may wait at once: an update holds its thread until the model answered."""

SHUTDOWN_S = 2.0
"""How long commands in progress may go on once the server closes."""


class ControlServer:
    """Serves `commands` from a thread of its own while the `with` block lasts."""

    def __init__(
        self, commands: Commands, token: str, *, max_body_bytes: int = MAX_BODY_BYTES
    ) -> None:
        """Prepare a server that takes requests bearing `token`."""
        self._commands = commands
        self._token = token
        self._max_body_bytes = max_body_bytes
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="control", daemon=True)
        self._threads = ThreadPoolExecutor(CONCURRENT_COMMANDS, thread_name_prefix="command")
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Listen on a free loopback port."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, let commands in progress finish for a moment, then drop them."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _open(self) -> None:
        app = web.Application(client_max_size=self._max_body_bytes, middlewares=[self._admit])
        app.router.add_post("/api/control/{name}", self._command)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _admit(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        try:
            check_host(request.headers.get("Host"), self.port)
            check_token(request.headers.get("Authorization"), self._token)
            return await handler(request)
        except ControlError as fault:
            return _error(fault)
        except web.HTTPException:
            return _error(UnknownCommand("Commands are POSTed to /api/control/NAME."))

    async def _command(self, request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise BodyTooLarge(f"A body has at most {self._max_body_bytes} bytes.") from None
        arguments = parse_object(request.content_type, body)
        name = request.match_info["name"]
        loop = asyncio.get_running_loop()
        status, reply = await loop.run_in_executor(self._threads, self._run, name, arguments)
        return web.Response(text=reply, status=status, content_type="application/json")

    def _run(self, name: str, arguments: dict[str, Any]) -> tuple[int, str]:
        try:
            return 200, json.dumps({"value": self._commands.run(name, arguments)})
        except Rejected as reject:
            error = {"code": REJECTED, "message": reject.message, "reject_code": reject.code}
            return 409, json.dumps({"error": error})
        except ControlError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in a command must not end the server
            return 500, json.dumps(wire_form(ControlError(f"{type(error).__name__}: {error}")))


def _error(fault: ControlError) -> web.Response:
    return web.json_response(wire_form(fault), status=fault.http_status)
