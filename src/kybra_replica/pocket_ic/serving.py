"""Runs the server until it is told to end or nobody asks any more."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

from aiohttp import web

from kybra_replica.pocket_ic.server import PocketServer

if TYPE_CHECKING:
    from kybra_replica.pocket_ic.port_file import PortFile

SHUTDOWN_S = 1.0
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(host: str, port: int, ttl_s: float, port_file: PortFile) -> None:
    """Listen, announce the port, and answer until the end; OSError where the port is taken."""
    asyncio.run(_serve(host, port, ttl_s, port_file))


async def _serve(host: str, port: int, ttl_s: float, port_file: PortFile) -> None:
    server = PocketServer()
    # Blobs come compressed and are unpacked where they are kept, within their limit.
    runner = web.AppRunner(
        server.application(), access_log=None, shutdown_timeout=SHUTDOWN_S, auto_decompress=False
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound: Any = runner.addresses[0]
        port_file.announce(int(bound[1]))
        await _ended(server, ttl_s)
    finally:
        # First of all, so that no client comes to a server that is about to end.
        port_file.remove()
        await runner.cleanup()


async def _ended(server: PocketServer, ttl_s: float) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, told.set)
    waits = {
        asyncio.create_task(told.wait()),
        asyncio.create_task(server.activity.ended(ttl_s)),
    }
    _, left = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in left:
        each.cancel()
