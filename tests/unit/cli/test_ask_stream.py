"""`refrain ask --stream`: the text as it comes, and the same ends as without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.cli.test_ask import ANSWER, ANSWERED, BUSY, ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.unit.cli.conftest import Running


@pytest.fixture
def submitted(running: Running) -> Running:
    """Let the batcher take a submit, and settle it as `ANSWERED`."""
    running.replica.methods["submit"] = lambda _: {"Ticket": ticket()}
    running.replica.methods["result"] = lambda _: {"Settled": ANSWERED}
    return running


def stream_of(*texts: str) -> Callable[[int, int], dict[str, Any]]:
    """Stream a growing text: each look sees one round more, and the last sees the end."""
    looks = iter(range(len(texts)))

    def stream(_ticket: int, cursor: int) -> dict[str, Any]:
        seen = next(looks)
        text = "".join(texts[: seen + 1])
        done = seen == len(texts) - 1
        return {"Streamed": {"text": text[cursor:], "next": len(text), "done": done}}

    return stream


def test_the_parts_make_up_the_answer(submitted: Running, refrain: Callable[..., Result]) -> None:
    """Printed one after the other, with a line break at the end only."""
    submitted.replica.methods["stream"] = stream_of("", "An ", "", "answer", ".")
    result = refrain("ask", "hello", "--stream")
    assert (result.exit_code, result.stdout) == (0, f"{ANSWER['content']}\n")
    assert result.stderr == ""


def test_a_failure_comes_as_without_streaming(
    submitted: Running, refrain: Callable[..., Result]
) -> None:
    """Refused at once, or after some text: on standard error, with the refusal's code."""
    submitted.replica.methods["submit"] = lambda _: {"Refused": BUSY}
    at_once = refrain("ask", "hello", "--stream")
    submitted.replica.methods["submit"] = lambda _: {"Ticket": ticket()}
    submitted.replica.methods["stream"] = lambda *_: {"Failed": BUSY}
    submitted.replica.methods["result"] = lambda _: {"Failed": BUSY}
    later = refrain("ask", "hello", "--stream")
    plain = dict(submitted.replica.methods)
    plain["ask"] = lambda _: {"Refused": BUSY}
    submitted.replica.methods.update(plain)
    expected = refrain("ask", "hello")
    assert expected.exit_code != 0
    for result in (at_once, later):
        assert (result.exit_code, result.stderr) == (expected.exit_code, expected.stderr)


def test_an_expired_ticket_says_so(submitted: Running, refrain: Callable[..., Result]) -> None:
    """As `result` puts it."""
    submitted.replica.methods["stream"] = lambda *_: {"Expired": "x"}
    submitted.replica.methods["result"] = lambda _: {"Expired": "x"}
    result = refrain("ask", "hello", "--stream")
    assert result.exit_code == 1
    assert "expired" in result.stderr


def test_a_stream_that_never_ends_is_given_up(
    submitted: Running, refrain: Callable[..., Result]
) -> None:
    """Once the ticket is over."""
    submitted.replica.methods["submit"] = lambda _: {"Ticket": ticket(-4.9)}
    submitted.replica.methods["stream"] = lambda *_: {
        "Streamed": {"text": "", "next": 0, "done": False}
    }
    result = refrain("ask", "hello", "--stream")
    assert "never settled" in result.stderr


def test_one_object_cannot_be_streamed(refrain: Callable[..., Result]) -> None:
    """The two options exclude each other."""
    result = refrain("ask", "hello", "--stream", "--json")
    assert result.exit_code == 2
    assert "choose one" in result.stderr
