"""A server of chat completions on loopback that answers as a test says, true or false."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import parse_headers
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self

CHAT_PATH = "/v1/chat/completions"
ARRIVAL_S = 20.0
TLS_HANDSHAKE = b"\x16"


class Asked(NamedTuple):
    """A request as it arrived; header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Talk(NamedTuple):
    """One connection after its request was read: what an answer is given through."""

    asked: Asked
    connection: socket.socket
    number: int
    closing: threading.Event

    def send(self, data: bytes) -> bool:
        """Send bytes as they are; tell whether the client is still there."""
        try:
            self.connection.sendall(data)
        except OSError:
            return False
        return True

    def reset(self) -> None:
        """End the connection by a reset in place of an orderly close."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def pause(self, seconds: float | None = None) -> bool:
        """Wait until the server closes, or for some seconds; tell whether it closes."""
        return self.closing.wait(seconds)


Answer = Callable[[Talk], None]


class LyingServer:
    """Keeps what it was asked; `answer` may be replaced between requests."""

    def __init__(self, answer: Answer) -> None:
        """Listen on a free port of loopback and answer by `answer`."""
        self.answer = answer
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self._arrived = threading.Event()
        self._closing = threading.Event()
        self._server = _Server(self._talk)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The base URL, as a provider's settings take it."""
        return f"http://127.0.0.1:{self.port}"

    def wait_for_a_request(self) -> None:
        """Return once a request has arrived since the last `forget`."""
        assert self._arrived.wait(ARRIVAL_S), "nobody asked"

    def forget(self) -> None:
        """Forget what was asked so far."""
        self.asked.clear()
        self._arrived.clear()

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every answer that still goes on, and the threads."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _talk(self, asked: Asked, connection: socket.socket) -> None:
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
        self._arrived.set()
        self.answer(Talk(asked, connection, number, self._closing))


class _Server(ThreadingTCPServer):
    # A reply that never comes must end with the server, not with the process.
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, talk: Callable[[Asked, socket.socket], None]) -> None:
        self.talk = talk
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        # A handshake of TLS may hold no line's end to be read up to.
        if self.connection.recv(1, socket.MSG_PEEK) in (b"", TLS_HANDSHAKE):
            return
        words = self.rfile.readline().decode("latin-1").split()
        headers = {name.lower(): value for name, value in parse_headers(self.rfile).items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        self.server.talk(Asked(words[1], headers, body), self.connection)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
