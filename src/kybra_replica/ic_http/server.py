"""The interface behind aiohttp: bodies, limits and CORS; on loopback unless asked otherwise."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING

from aiohttp import web

from kybra_replica.ic_http.admission import Admission, Limits
from kybra_replica.ic_http.http_answer import CBOR, PLAIN, HttpAnswer, refusal_answer
from kybra_replica.ic_http.interface import IcInterface
from kybra_replica.ic_http.refusals import Malformed, RequestRefused, TooLarge, TooSlow
from kybra_replica.ic_http.subnet_keys import fresh_keys

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from kybra_replica.ic_http.replica_port import Instance
    from kybra_replica.ic_http.subnet_keys import SubnetKeys

LOOPBACK = "127.0.0.1"
SHUTDOWN_S = 2.0
"""How long requests in progress may go on once the server closes."""

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, User-Agent",
    "Access-Control-Max-Age": "600",
}
_LOG = logging.getLogger(__name__)


def application(
    instance: Instance, keys: SubnetKeys | None = None, limits: Limits | None = None
) -> web.Application:
    """The interface over one replica, to be run or mounted; without keys, it makes new ones."""
    limits = limits or Limits()
    interface = IcInterface(instance, keys or fresh_keys(), limits)
    edge = _Edge(interface, limits)
    app = web.Application(client_max_size=limits.body_bytes)
    app.router.add_route("*", "/{path:.*}", edge.handle)
    return app


class _Edge:
    def __init__(self, interface: IcInterface, limits: Limits) -> None:
        self._interface = interface
        self._limits = limits
        self._admission = Admission(limits)

    async def handle(self, request: web.Request) -> web.Response:
        if request.method == "OPTIONS":
            return web.Response(status=204, headers=CORS)
        answer = await self._answer(request)
        return web.Response(
            status=answer.status,
            body=answer.body,
            content_type=answer.content_type,
            headers=CORS,
        )

    async def _answer(self, request: web.Request) -> HttpAnswer:
        try:
            with self._admission.admitted(request.remote or "", time.monotonic()):
                body = await self._body(request)
                # Where the interface is mounted, its own part of the URL is all it knows.
                path = "/" + request.match_info["path"]
                return await self._interface.answer(request.method, path, body)
        except RequestRefused as refused:
            return refusal_answer(refused)
        except Exception:  # noqa: BLE001 (one request's bug must not end the server)
            _LOG.exception("the IC interface failed at %s", request.path)
            return HttpAnswer(500, PLAIN, b"Internal error of the interface")

    async def _body(self, request: web.Request) -> bytes:
        if request.method == "POST" and request.content_type != CBOR:
            raise Malformed(f"Unexpected content-type, expected {CBOR}.")
        try:
            return await asyncio.wait_for(request.read(), self._limits.body_wait_s)
        except web.HTTPRequestEntityTooLarge:
            raise TooLarge(f"A body has at most {self._limits.body_bytes} bytes.") from None
        except asyncio.TimeoutError:
            raise TooSlow("The body did not arrive in time.") from None


class IcServer:
    """Serves an application from a thread of its own while the `with` block lasts."""

    def __init__(self, app: web.Application, *, host: str = LOOPBACK, port: int = 0) -> None:
        """Prepare to listen; port 0 is a free one."""
        self._app = app
        self._host = host
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ic-http", daemon=True)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        self.port = port

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://{self._host}:{self.port}"

    def __enter__(self) -> Self:
        """Listen; OSError where the port is taken."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let requests in progress finish for a moment, then drop them."""
        self._end()

    def _end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        await self._runner.cleanup()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
