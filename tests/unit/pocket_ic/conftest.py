"""A server in a thread of the test's process, and what asks it."""

from __future__ import annotations

import asyncio
import json
import threading
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from aiohttp import web

from kybra_replica.pocket_ic.server import PocketServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Answer(NamedTuple):
    """A response: its status, and its JSON or else its text."""

    status: int
    value: Any


class Client:
    """Asks one server."""

    def __init__(self, port: int) -> None:
        """Ask at `port` of this machine."""
        self._port = port

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request; `body` is bytes as they are, or anything as JSON."""
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, raw, dict(headers or {}))
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        try:
            return Answer(response.status, json.loads(text))
        except ValueError:
            return Answer(response.status, text)

    def post(self, path: str, body: Any = None) -> Answer:
        """POST a body."""
        return self.ask("POST", path, body)

    def get(self, path: str) -> Answer:
        """GET a path."""
        return self.ask("GET", path)

    def create(self, **config: Any) -> int:
        """Make an instance of one application subnet; its number."""
        subnets = {"application": [{"state_config": "New"}]}
        created = self.post("/instances", {"subnet_config_set": subnets, **config})
        assert created.status == 201, created
        return int(created.value["Created"]["instance_id"])


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A server for the tests of one file."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runner = web.AppRunner(
        PocketServer().application(), access_log=None, shutdown_timeout=1, auto_decompress=False
    )

    async def listen() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    yield Client(asyncio.run_coroutine_threadsafe(listen(), loop).result())
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def instance(client: Client) -> str:
    """The path of an instance that the tests of one file share."""
    return f"/instances/{client.create()}"
