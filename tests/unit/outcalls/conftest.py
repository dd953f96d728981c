"""An HTTP port and origins made of bare sockets, for the tests of the wire."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from dataclasses import replace
from queue import Queue
from typing import TYPE_CHECKING

import pytest

from kybra_replica.outcalls.http_port import HttpOutcalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from kybra_replica.outcalls.request import OutcallReply, OutcallRequest

    Behaviour: TypeAlias = Callable[[socket.socket, threading.Event], None]


class Origin:
    """A server that reads one request per connection, records it, then behaves as told."""

    def __init__(self, behave: Behaviour) -> None:
        """Listen on a free port of loopback."""
        self.received: Queue[bytes] = Queue()
        self.ended = threading.Event()
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        """Let go of every connection and join every thread."""
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            self.received.put(connection.recv(65_536))
            try:
                self._behave(connection, self.ended)
            except OSError:
                return  # the client went away, as some tests want


class Scene:
    """One port and its origins, all closed at the end of a test."""

    def __init__(self, stack: ExitStack) -> None:
        """Open a port with the platform's time limits."""
        self._stack = stack
        self.limit_seconds(connect=2, request=30)

    def limit_seconds(self, *, connect: float, request: float) -> None:
        """Use a port with these time limits instead."""
        self.port = HttpOutcalls(connect_timeout_s=connect, request_timeout_s=request)
        self._stack.callback(self.port.close)

    def origin(self, behave: Behaviour) -> Origin:
        """Start an origin."""
        origin = Origin(behave)
        self._stack.callback(origin.stop)
        return origin

    def start(self, request: OutcallRequest) -> Queue[OutcallReply]:
        """Start a request; its replies come into the queue."""
        replies: Queue[OutcallReply] = Queue()
        self.port.start(request, 0, replies.put)
        return replies

    def reply(self, request: OutcallRequest) -> OutcallReply:
        """Make a request and wait for its one reply."""
        replies = self.start(request)
        reply = replies.get(timeout=5)
        assert replies.empty()
        return reply

    def reply_to(self, raw: bytes, request: OutcallRequest) -> OutcallReply:
        """Make a request of an origin that sends `raw` and closes."""
        origin = self.origin(lambda connection, _ended: connection.sendall(raw))
        return self.reply(replace(request, url=origin.url))


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A port for real requests, and the origins that a test starts."""
    with ExitStack() as stack:
        yield Scene(stack)
