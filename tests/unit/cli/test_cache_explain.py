"""`refrain cache explain`: the request that it asks of, from options or from a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.unit.cli.conftest import Running

DIGEST = "0123456789abcdef" * 4
EXPLAINED: dict[str, Any] = {
    "verdict": "never stored",
    "digest": DIGEST,
    "nearest": "f" * 64,
    "differs": ["seed", "extra.top_k"],
}
OPENAI: dict[str, Any] = {
    "messages": [{"role": "user", "content": "hello"}],
    "seed": 7,
    "top_k": 40,
    "stream": True,
}


@pytest.fixture
def explaining(running: Running) -> Running:
    """Let the pretended cache explain, and the batcher serve two models."""
    running.replica.methods.update(
        explain=lambda _: {"Explained": EXPLAINED}, models=lambda: ["gpt@2:q8", "toy@1:none"]
    )
    return running


def asked(running: Running) -> Any:
    """Return the request that the cache was asked of."""
    [request] = next(told[3] for told in running.replica.told if told[2:3] == ("explain",))
    return request


def test_the_same_options_make_the_same_request_as_ask(
    explaining: Running, refrain: Callable[..., Result]
) -> None:
    """Only then is what is explained what would be asked."""
    explaining.replica.methods["ask"] = lambda _: {"Refused": {"Busy": {"retry_after_s": 1}}}
    options = (
        "--system Be-brief. --max-tokens 9 --temperature 0.7 --seed 5 --public --param top_k=4"
    )
    refrain("ask", "hello", *options.split())
    assert refrain("cache", "explain", "hello", *options.split()).exit_code == 0
    [request] = next(told[3] for told in explaining.replica.told if told[2:3] == ("ask",))
    assert asked(explaining) == request


@pytest.mark.usefixtures("explaining")
def test_a_person_reads_why(refrain: Callable[..., Result]) -> None:
    """Verdict, digest, and the nearest with what differs."""
    result = refrain("cache", "explain", "-", input="hello\n")
    assert result.stdout.splitlines() == [
        "verdict  miss: never stored",
        f"digest   {DIGEST}",
        f"nearest  {'f' * 64}",
        "differs  seed, extra.top_k",
    ]
    assert json.loads(refrain("cache", "explain", "p", "--json").stdout) == EXPLAINED


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        ("hit", "verdict  hit"),
        ("stale", "verdict  stale, served and renewed"),
        ("failure", "verdict  a failure is remembered: see refrain cache get"),
        ("evicted", "verdict  miss: evicted"),
    ],
)
def test_a_verdict_in_words(
    explaining: Running, refrain: Callable[..., Result], verdict: str, line: str
) -> None:
    """Nothing near is nothing said."""
    told = {**EXPLAINED, "verdict": verdict, "nearest": None, "differs": []}
    explaining.replica.methods["explain"] = lambda _: {"Explained": told}
    assert refrain("cache", "explain", "p").stdout.splitlines() == [line, f"digest   {DIGEST}"]


def test_a_sample_of_the_same_request_differs_in_nothing(
    explaining: Running, refrain: Callable[..., Result]
) -> None:
    """It is said, rather than nothing."""
    told = {**EXPLAINED, "differs": []}
    explaining.replica.methods["explain"] = lambda _: {"Explained": told}
    last = refrain("cache", "explain", "p").stdout.splitlines()[-1]
    assert last == "differs  in nothing: it is a sample of the same request"


def test_a_file_holds_one_request_of_openai_form(
    explaining: Running, refrain: Callable[..., Result], tmp_path: Path
) -> None:
    """Over as many lines as it likes; unnamed, the model is the network's own."""
    path = tmp_path / "request.json"
    path.write_text(json.dumps(OPENAI, indent=2))
    assert refrain("cache", "explain", "--file", str(path), "--public").exit_code == 0
    request = asked(explaining)
    assert (request["namespace"], request["model"]) == ("public", "toy@1:none")
    assert (request["seed"], request["extra"]) == (7, '{"top_k":40}')


@pytest.mark.parametrize(
    ("named", "whole"),
    [("gpt", "gpt@2:q8"), ("toy@1:none", "toy@1:none"), ("far@away:q4", "far@away:q4")],
)
def test_a_bare_model_is_the_one_that_the_batcher_would_take(
    explaining: Running, refrain: Callable[..., Result], named: str, whole: str
) -> None:
    """In the option as in the file; a whole name need not be served any more."""
    body = json.dumps({**OPENAI, "model": named})
    assert refrain("cache", "explain", "--file", "-", input=body).exit_code == 0
    assert asked(explaining)["model"] == whole
    explaining.replica.told.clear()
    assert refrain("cache", "explain", "p", "--model", named).exit_code == 0
    assert asked(explaining)["model"] == whole


@pytest.mark.parametrize("body", ["", "{", '{"n": 2}', json.dumps({**OPENAI, "model": "other"})])
def test_a_request_that_could_not_be_asked_is_refused(
    explaining: Running, refrain: Callable[..., Result], body: str
) -> None:
    """Typed, with exit code 1, and the cache is not asked."""
    result = refrain("cache", "explain", "--file", "-", "--json", input=body)
    assert result.exit_code == 1
    assert set(json.loads(result.stdout)["refused"]) <= {"BadRequest", "UnknownModel"}
    assert "explain" not in [told[2] for told in explaining.replica.told if len(told) > 2]


@pytest.mark.usefixtures("explaining")
def test_a_file_that_is_no_text_is_a_usage_error(refrain: Callable[..., Result]) -> None:
    """Bytes that are not UTF-8 can't be a request."""
    assert refrain("cache", "explain", "--file", "-", input=b"\xff").exit_code == 2
