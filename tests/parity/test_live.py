"""Live mode: the wall's time, rounds by themselves, outcalls of the real world."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.parity.dapps import chat_reply
from tests.statuses import HIT, MISS_STORED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.parity.dapps import Dapps
    from tests.parity.pocket import Pocket

NS_PER_S = 10**9
SLACK_S = 5


class ParisModel(BaseHTTPRequestHandler):
    """Answers every prompt alike."""

    def do_POST(self) -> None:
        """Answer one chat completion."""
        self.rfile.read(int(self.headers["content-length"]))
        body = chat_reply("Paris").encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def model_url() -> Iterator[str]:
    """A model on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), ParisModel) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_live_instance_follows_the_wall_clock(pocket: Pocket) -> None:
    """Time is the wall's while live mode is on, and stands still after it."""
    pocket.live()
    assert pocket.get("auto_progress") is True
    time.sleep(0.3)
    assert abs(pocket.now_ns() - time.time_ns()) < SLACK_S * NS_PER_S
    pocket.still()
    assert pocket.get("auto_progress") is False
    assert pocket.now_ns() == pocket.now_ns()


def test_live_outcall_reaches_a_real_server(dapps: Dapps, model_url: str) -> None:
    """Nobody mocks and nobody ticks: the model is asked over HTTP, once, and then no more."""
    dapps.set_provider(url=model_url)
    dapps.pocket.live()
    first = dapps.asked_live("Capital of France?")["Answered"]
    assert (first["answer"]["content"], first["cache_status"]) == ("Paris", MISS_STORED)
    assert dapps.asked_live("Capital of France?")["Answered"]["cache_status"] == HIT
    dapps.pocket.still()


def test_outcall_begun_before_live_mode_is_made_by_it(dapps: Dapps, model_url: str) -> None:
    """What waited for a mock is sent once the instance is live."""
    dapps.set_provider(url=model_url)
    dapps.pocket.pic.set_time(time.time_ns())  # else the jump to the wall's time ends it
    dapps.pocket.settle()
    message = dapps.begin_ask("Capital of France?")
    assert len(dapps.pocket.outcalls()) == 1
    dapps.pocket.live()
    assert b"Paris" in dapps.pocket.awaited_live(message)
    assert dapps.pocket.outcalls() == []
    dapps.pocket.still()
