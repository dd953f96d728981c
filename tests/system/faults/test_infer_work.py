"""What the infer canister does in one message, counted on the replica against its budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infer_core.work_budgets import Budgets
from infer_core.work_meter import BUILDING, CALLBACK, LIST_BUILDING, LIST_CALLBACK
from refrain_core.limits import MAX_MESSAGES
from tests.system.faults.lies import chat, say
from tests.system.faults.paying_writer import PayingWriter
from tests.system.faults.served_network import ServedNetwork

if TYPE_CHECKING:
    from tests.system.faults.lying_server import LyingServer, Talk

SOFT = Budgets().message_instructions
LONG = "a longer prompt " * 250
CROWDED_INSTRUCTIONS = 60_000_000
BODY_INSTRUCTIONS = 40_000_000
"""What no message can share with another: one request's arguments, and one outcall's body."""


@pytest.fixture(scope="module")
def writer(lying_server: LyingServer, tmp_path_factory: pytest.TempPathFactory) -> PayingWriter:
    """A writer of a network whose provider takes lists."""
    folder = tmp_path_factory.mktemp("work")
    network = ServedNetwork(
        folder / "ids.json",
        lying_server.url,
        form="openai_chat",
        template="chatml",
        features=["llama_cpp", "prefill", "lists"],
        max_new_tokens=256,
    )
    return PayingWriter(network)


def steps(writer: PayingWriter) -> dict[str, int]:
    """Read what each step took last."""
    rows = writer.network.query("infer", "status")["Status"]["steps"]
    return {row["step"]: row["last_instructions"] for row in rows}


def texts(talk: Talk) -> None:
    """Answer as many prompts as were asked."""
    count = talk.asked.body.count(b"<|im_start|>assistant")
    choices = [
        {"index": number, "text": f"answer {number}", "finish_reason": "stop"}
        for number in range(count)
    ]
    say(talk, 200, {"choices": choices})


def test_one_inference_stays_within_the_soft_budget(
    writer: PayingWriter, server: LyingServer
) -> None:
    """A prompt of 64,000 characters, cut to 8,000, and an answer of 4,000."""
    server.answer = lambda talk: say(talk, 200, chat("word " * 800))
    result, _ = writer.infer("y" * 64_000, max_tokens=256)
    assert "Inferred" in result
    counted = steps(writer)
    assert 0 < counted[BUILDING] < SOFT
    assert 0 < counted[CALLBACK] < SOFT


def test_a_list_goes_on_over_messages(writer: PayingWriter, server: LyingServer) -> None:
    """Sixteen long prompts are read and answered over messages, and asked by one outcall."""
    server.answer = texts
    items = [writer.inference(f"{number} {LONG}", max_tokens=16) for number in range(16)]
    result, paid = writer.infer_many(items)
    assert [list(one) for one in result["Many"]["items"]] == [["Inferred"]] * 16
    assert paid == result["Many"]["charged_cycles"]
    assert len(server.asked) == 1
    counted = steps(writer)
    assert SOFT < counted[LIST_BUILDING] < BODY_INSTRUCTIONS
    assert 0 < counted[LIST_CALLBACK] < SOFT


def test_a_crowded_request_is_far_from_the_platforms_limit(
    writer: PayingWriter, server: LyingServer
) -> None:
    """As many messages as may be are checked in the one message that brings them."""
    server.answer = lambda talk: say(talk, 200, chat("short"))
    messages: list[Any] = [{"role": "user", "content": "m" * 250}] * MAX_MESSAGES
    result, _ = writer.infer("crowded", messages=messages, max_tokens=16)
    assert "Inferred" in result
    assert SOFT < steps(writer)[BUILDING] < CROWDED_INSTRUCTIONS
