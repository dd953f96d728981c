"""A stand-in for a model: deterministic words computed from the request. It is not a model."""

from __future__ import annotations

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

_MAX_BODY_BYTES = 2_000_000
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")
_LETTERS_PER_TOKEN = 4
_MAX_WORDS = 24
_KEYS_THAT_COUNT = ("model", "messages", "temperature", "top_p", "seed", "stop", "response_format")
_KEYS_THAT_DO_NOT = ("max_tokens", "stream", "cache_prompt")


class Scripted(NamedTuple):
    """One scripted answer and how it ended."""

    content: str
    finish: str
    prompt_tokens: int
    completion_tokens: int


def answer(request: dict[str, Any]) -> Scripted:
    """Answer a chat completions request: equal requests get equal answers."""
    further = {key: request[key] for key in request if key not in _KEYS_THAT_DO_NOT}
    telling = dict.fromkeys(_KEYS_THAT_COUNT) | further
    digest = hashlib.sha256(json.dumps(telling, sort_keys=True).encode()).digest()
    words = [_WORDS[byte % len(_WORDS)] for byte in digest[: 8 + digest[0] % (_MAX_WORDS - 8)]]
    limit = request.get("max_tokens") or _MAX_WORDS
    kept = words[:limit]
    prompt = sum(len(str(message.get("content"))) for message in request["messages"])
    return Scripted(
        content=" ".join(kept),
        finish="length" if len(kept) < len(words) else "stop",
        prompt_tokens=prompt // _LETTERS_PER_TOKEN + 1,
        completion_tokens=len(kept),
    )


def reply_body(request: dict[str, Any]) -> dict[str, Any]:
    """The answer in the form of OpenAI's chat completions."""
    scripted = answer(request)
    return {
        "id": "scripted",
        "object": "chat.completion",
        "created": 0,
        "model": request.get("model", "scripted"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": scripted.content},
                "finish_reason": scripted.finish,
            }
        ],
        "usage": {
            "prompt_tokens": scripted.prompt_tokens,
            "completion_tokens": scripted.completion_tokens,
            "total_tokens": scripted.prompt_tokens + scripted.completion_tokens,
        },
    }


def scripted_server() -> ThreadingHTTPServer:
    """A server on a free loopback port; the caller runs `serve_forever` and `server_close`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/health":
            self._reply(200, {"status": "ok"})
        else:
            self._reply(404, _error("not found"))

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > _MAX_BODY_BYTES:
            self.close_connection = True
            self._reply(413, _error("the body is too large"))
            return
        body = self.rfile.read(size)
        if self.path != "/v1/chat/completions":
            self._reply(404, _error("not found"))
            return
        try:
            reply = reply_body(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError):
            self._reply(400, _error("not a chat completions request"))
        else:
            self._reply(200, reply)

    def _reply(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the daemon's log is not an access log."""


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}
