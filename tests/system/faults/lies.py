"""What a server may answer: the truth, and each lie with the refusal that it must end in."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.system.faults.lying_server import CHAT_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.system.faults.lying_server import Talk

DRIP_S = 0.02
PATIENCE_S = 20.0
LITTLE_PATIENCE_S = 0.5
THREE_MEGABYTES = 3_000_000


def chat(content: Any, finish: Any = "stop", **fields: Any) -> dict[str, Any]:
    """Make the body of a chat completion; `fields` replace its others."""
    plain: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {"message": {"role": "assistant", "content": content}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }
    return {**plain, **fields}


def response(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Write a response; `length` replaces the true content-length."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} Said", f"content-length: {size}", "connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def say(talk: Talk, status: int, value: Any, *headers: str) -> None:
    """Answer with a JSON value, or with bytes as they are."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    talk.send(response(status, body, *headers))


def honest(talk: Talk, content: str = "An honest answer.", finish: str = "stop") -> None:
    """Answer as a good server does, and 404 on any other path."""
    if talk.asked.path == CHAT_PATH:
        say(talk, 200, chat(content, finish))
    else:
        say(talk, 404, {"error": {"message": "not found"}})


def silent(talk: Talk) -> None:
    """Never answer."""
    talk.pause()


def saying(status: int, value: Any, *headers: str) -> Callable[[Talk], None]:
    """Make a server that always answers so."""

    def answer(talk: Talk) -> None:
        say(talk, status, value, *headers)

    return answer


def _redirect(talk: Talk) -> None:
    place = f"location: http://{talk.asked.headers['host']}{CHAT_PATH}"
    say(talk, 302, b"", place)


def _echo_key(talk: Talk, status: int) -> None:
    key = talk.asked.headers.get("authorization", "")
    say(talk, status, {"error": {"message": f"bad key: {key}"}}, f"x-your-key: {key}")


def _cut_short(talk: Talk) -> None:
    body = json.dumps(chat("cut")).encode()
    talk.send(response(200, body, length=len(body) + 100))


def _drip(talk: Talk) -> None:
    talk.send(response(200, b"", length=10_000))
    while talk.send(b" ") and not talk.pause(DRIP_S):
        pass


def _reset(talk: Talk) -> None:
    talk.reset()


def _reset_within(talk: Talk) -> None:
    talk.send(response(200, b'{"choices"', length=1_000))
    talk.reset()


def _garbage_protocol(talk: Talk) -> None:
    talk.send(b"\x00\xffSSH-2.0-not-http\r\n\r\n")


class Lie(NamedTuple):
    """A server's answer and the refusal it ends in: its variant, and a part of its payload.

    patience_s: how long the answer is waited for, short where none is to come. lasts: whether the
    next ask at once would meet it again, so that the cache remembers it for a while.
    """

    name: str
    tell: Callable[[Talk], None]
    variant: str
    says: str
    patience_s: float = PATIENCE_S
    lasts: bool = False


_NO_CHOICES = "the provider's reply has no choices"
_NO_CONTENT = "the provider's reply has no content"
_NO_COUNTS = "the provider's reply has no token counts"
_NOT_JSON = "the provider's reply is not JSON"
_TOO_LARGE = "'unit': 'bytes'"  # how many depends on how often the provider told too much before
_LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}

LIES = (
    Lie("a 500", saying(500, {"error": "boom"}), "ProviderError", "'status': 500", lasts=True),
    Lie("a loading model", saying(503, _LOADING), "ProviderError", "'status': 503", lasts=True),
    Lie("a rate limit", saying(429, {"error": "slow down"}), "RateLimited", "retry_after_s"),
    Lie(
        "an echoed key",
        partial(_echo_key, status=401),
        "ProviderError",
        "'status': 401",
        lasts=True,
    ),
    Lie(
        "a key in a 500",
        partial(_echo_key, status=500),
        "ProviderError",
        "'status': 500",
        lasts=True,
    ),
    Lie("a 404", saying(404, b"<html>"), "ProviderError", "'status': 404", lasts=True),
    Lie("a redirect", _redirect, "ProviderError", "'status': 302"),
    Lie("an unheard-of status", saying(799, b""), "ProviderError", "'status': 799", lasts=True),
    Lie("plain words", saying(200, b"Paris, of course!"), "BadReply", _NOT_JSON),
    Lie("an empty body", saying(200, b""), "BadReply", _NOT_JSON),
    Lie("UTF-8 garbage", saying(200, b'{"choices": "\xff\xfe\xc0"}'), "BadReply", _NOT_JSON),
    Lie("a word like a number", saying(200, b"error: busy"), "BadReply", _NOT_JSON),
    Lie("500 brackets", saying(200, b"[" * 500 + b"]" * 500), "BadReply", _NOT_JSON),
    Lie("3,000 open brackets", saying(200, b"[" * 3_000), "BadReply", _NOT_JSON),
    Lie("a list", saying(200, []), "BadReply", "no JSON object"),
    Lie("no choices", saying(200, {}), "BadReply", _NO_CONTENT),
    Lie("empty choices", saying(200, {"choices": []}), "BadReply", _NO_CHOICES),
    Lie("choices of text", saying(200, {"choices": "Paris"}), "BadReply", _NO_CHOICES),
    Lie("no message", saying(200, {"choices": [{}]}), "BadReply", _NO_CONTENT),
    Lie("no content", saying(200, {"choices": [{"message": {}}]}), "BadReply", _NO_CONTENT),
    Lie("null content", saying(200, chat(None)), "BadReply", _NO_CONTENT),
    Lie("content of parts", saying(200, chat([{"text": "Paris"}])), "BadReply", _NO_CONTENT),
    Lie("a lone surrogate", saying(200, chat("\ud800")), "BadReply", _NOT_JSON),
    Lie("a number as finish", saying(200, chat("x", 7)), "BadReply", "no finish_reason"),
    Lie("usage of text", saying(200, chat("x", usage="many")), "BadReply", _NO_COUNTS),
    Lie(
        "tokens below zero",
        saying(200, chat("x", usage={"prompt_tokens": -1})),
        "BadReply",
        _NO_COUNTS,
    ),
    Lie(
        "endless tokens",
        saying(200, chat("x", usage={"prompt_tokens": float("inf")})),
        "BadReply",
        _NOT_JSON,
    ),
    Lie("a reply cut short", _cut_short, "ResponseTooLarge", _TOO_LARGE, lasts=True),
    Lie(
        "3 MB", saying(200, chat("x" * THREE_MEGABYTES)), "ResponseTooLarge", _TOO_LARGE, lasts=True
    ),
    Lie("a reset within", _reset_within, "ResponseTooLarge", _TOO_LARGE, lasts=True),
    Lie("a reset", _reset, "Unreachable", "no connection"),
    Lie("no HTTP", _garbage_protocol, "Unreachable", "no connection"),
    Lie("silence", silent, "Timeout", "did not answer", LITTLE_PATIENCE_S),
    Lie("drips", _drip, "Timeout", "did not answer", LITTLE_PATIENCE_S),
)
