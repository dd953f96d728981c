"""Whether anybody still uses the server."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOOKS_PER_TTL = 10
LONGEST_LOOK_S = 1.0


class Activity:
    """Counts requests under way, and remembers when the last one ended."""

    def __init__(self) -> None:
        """Count from now."""
        self._under_way = 0
        self._last_s = time.monotonic()

    def middleware(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        """A middleware that notes each request."""

        @web.middleware
        async def note(
            request: web.Request,
            handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
        ) -> web.StreamResponse:
            self._under_way += 1
            try:
                return await handler(request)
            finally:
                self._last_s = time.monotonic()
                self._under_way -= 1

        return note

    async def ended(self, ttl_s: float) -> None:
        """Wait until nothing was asked for `ttl_s` seconds."""
        while self._under_way or time.monotonic() - self._last_s < ttl_s:  # noqa: ASYNC110 (for time)
            await asyncio.sleep(min(LONGEST_LOOK_S, ttl_s / LOOKS_PER_TTL))
