"""A real server whose reply is as large as the platform carries, and one byte larger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from refrain_core.limits import MAX_RESPONSE_BYTES
from tests.system.faults.lies import chat, response
from tests.system.faults.paying_writer import PayingWriter

if TYPE_CHECKING:
    from tests.system.faults.lying_server import LyingServer, Talk
    from tests.system.faults.served_network import ServedNetwork

DOUBLINGS = 8
"""From 8,192 bytes, for 256 tokens, to 2 MB."""


def reply_of(extra: int) -> bytes:
    """Make a reply that has `extra` characters of padding beside its answer."""
    body = json.dumps(chat("It fits.", padding="x" * extra)).encode()
    return response(200, body)


def padding_for(size: int) -> int:
    """Find the padding with which headers and body, as the platform counts them, are `size`."""
    head, _, body = reply_of(size).partition(b"\r\n\r\n")
    fields = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
    counted = sum(len(name) + len(value) for name, value in fields) + len(body)
    return 2 * size - counted


def test_a_reply_has_room_up_to_two_megabytes(lied_to: ServedNetwork, server: LyingServer) -> None:
    """Doubled call by call; exactly 2,000,000 bytes are an answer, one more is too large."""
    writer = PayingWriter(lied_to)
    sizes = [MAX_RESPONSE_BYTES + 1]

    def tell(talk: Talk) -> None:
        talk.send(reply_of(padding_for(sizes[-1])))

    server.answer = tell
    limits = []
    for number in range(DOUBLINGS + 1):
        result, _ = writer.infer(f"too large {number}", max_tokens=256)
        limits.append(result["Failed"]["refusal"]["ResponseTooLarge"]["limit"])
    assert limits == [min(8_192 << number, MAX_RESPONSE_BYTES) for number in range(DOUBLINGS + 1)]
    sizes.append(MAX_RESPONSE_BYTES)
    result, _ = writer.infer("it fits", max_tokens=256)
    assert result["Inferred"]["answer"]["content"] == "It fits."
    assert len(server.asked) == DOUBLINGS + 2
