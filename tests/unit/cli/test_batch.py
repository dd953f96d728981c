"""`refrain batch`: OpenAI's lines in and out, resumed, with exit codes that mean something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from refrain.client import batching
from tests.unit.cli.conftest import MODEL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.unit.cli.conftest import Running

ANSWER = {
    "content": "An answer.",
    "finish": "stop",
    "model": MODEL,
    "trust": "single_node",
    "prompt_tokens": 3,
    "completion_tokens": 4,
    "dropped_messages": 0,
    "dropped_characters": 0,
    "created_at_ns": 5_000_000_000,
}
PARTLY = 5


def openai_line(custom_id: str, prompt: str = "hello", **body: Any) -> str:
    """Write a line of OpenAI's batch form."""
    asked = {"model": "toy", "messages": [{"role": "user", "content": prompt}], **body}
    line = {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": asked}
    return json.dumps(line) + "\n"


class FakeBatcher:
    """A batcher that answers every line of a batch after a few looks at it."""

    def __init__(self, running: Running) -> None:
        """Stand behind the running network's methods."""
        self.created: list[list[dict[str, Any]]] = []
        self.refused: dict[str, Any] = {}
        self.looks = 0
        self.faults: list[dict[str, Any]] = []
        methods = running.replica.methods
        methods["models"] = lambda: [MODEL]
        methods["batch_create"] = self.create
        methods["batch_status"] = self.status
        methods["batch_output"] = lambda batch, start: self.page(batch, start, good=True)
        methods["batch_errors"] = lambda batch, start: self.page(batch, start, good=False)

    def create(self, request: dict[str, Any]) -> Any:
        """Keep a batch."""
        self.created.append([json.loads(line) for line in request["lines"].split("\n")])
        return {"Batch": self.view(len(self.created))}

    def status(self, batch: int) -> Any:
        """Show a batch; it is completed at the third look."""
        self.looks += 1
        if batch > len(self.created):
            return {"Refused": {"NotAllowed": "no such batch"}}
        return {"Batch": self.view(batch)}

    def view(self, batch: int) -> dict[str, Any]:
        """Make a BatchView."""
        total = len(self.created[batch - 1])
        bad = sum(line["custom_id"] in self.refused for line in self.created[batch - 1])
        is_done = self.looks >= 3
        counts = {"completed": total - bad, "failed": bad, "outcalls": 2, "hits": 1}
        return {
            "batch": batch,
            "status": "failed" if self.faults else "completed" if is_done else "in_progress",
            **(counts if is_done else dict.fromkeys(counts, 0)),
            "collapsed": 0,
            "charged_cycles": 7,
            "faults": self.faults,
        }

    def page(self, batch: int, start: int, *, good: bool) -> Any:
        """Give one row a page."""
        lines = self.created[batch - 1]
        custom_id = lines[start]["custom_id"]
        refusal = self.refused.get(custom_id)
        answered = {
            "answer": ANSWER,
            "digest": "d" * 64,
            "cache_status": "hit; ttl=5",
            "age_s": 1,
            "outcalls": 0,
            "charged_cycles": 7,
        }
        row = {"custom_id": custom_id, "refusal": refusal, "answered": None}
        if refusal is None:
            row["answered"] = answered
        is_here = (refusal is None) == good
        following = start + 1 if start + 1 < len(lines) else None
        return {"Page": {"rows": [row] if is_here else [], "next": following}}


@pytest.fixture
def batcher(running: Running, monkeypatch: pytest.MonkeyPatch) -> FakeBatcher:
    """Give a batcher, and no pauses between looks at it."""
    monkeypatch.setattr(batching, "PAUSE_S", 0)
    return FakeBatcher(running)


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """Make a file of three requests."""
    path = tmp_path / "in.jsonl"
    path.write_text("".join([openai_line(name, name, max_tokens=8) for name in ("a", "b", "c")]))
    return path


def results(path: Path) -> list[dict[str, Any]]:
    """Read an output file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_results_are_openais_lines_in_the_order_of_the_requests(
    batcher: FakeBatcher, asked: Path, tmp_path: Path, refrain: Callable[..., Result]
) -> None:
    """Each has its custom_id, a response with a chat completion, and no error."""
    result = refrain("batch", str(asked), "-o", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 0, result.output
    lines = results(tmp_path / "out.jsonl")
    assert [line["custom_id"] for line in lines] == ["a", "b", "c"]
    body = lines[0]["response"]["body"]
    assert (lines[0]["error"], lines[0]["response"]["status_code"]) == (None, 200)
    assert body["choices"][0]["message"] == {"role": "assistant", "content": "An answer."}
    assert body["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert body["refrain"]["cache_status"] == "hit; ttl=5"
    assert "3 of 3 answered · 2 outcalls · 1 hit" in result.stdout
    assert list(tmp_path.glob("*.progress")) == []
    (sent,) = batcher.created
    assert sent[0]["request"]["model"] == MODEL
    assert sent[0]["request"]["max_tokens"] == 8


def test_some_unanswered_requests_end_it_with_five(
    batcher: FakeBatcher, asked: Path, tmp_path: Path, refrain: Callable[..., Result]
) -> None:
    """The output has them too, with the error's kind and text."""
    batcher.refused["b"] = {"BadReply": "nonsense"}
    result = refrain("batch", str(asked), "-o", str(tmp_path / "out.jsonl"), "--json")
    assert result.exit_code == PARTLY
    assert json.loads(result.stdout)["failed"] == 1
    failed = results(tmp_path / "out.jsonl")[1]
    assert (failed["custom_id"], failed["response"]) == ("b", None)
    assert failed["error"] == {"code": "BadReply", "message": "BadReply: nonsense"}


def test_an_interrupted_run_goes_on_with_the_same_batch(
    batcher: FakeBatcher,
    asked: Path,
    tmp_path: Path,
    refrain: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second run creates nothing, and removes what the first remembered."""
    output = str(tmp_path / "out.jsonl")

    def interrupt(_run: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batching, "_followed", interrupt)
        first = refrain("batch", str(asked), "-o", output)
    assert first.exit_code == 130
    assert "goes on from here" in first.stderr
    assert refrain("batch", str(asked), "-o", output).exit_code == 0
    assert len(batcher.created) == 1
    assert len(results(tmp_path / "out.jsonl")) == 3


def test_a_forgotten_batch_is_asked_anew(
    batcher: FakeBatcher, asked: Path, tmp_path: Path, refrain: Callable[..., Result]
) -> None:
    """What is remembered of another file, or known to no batcher, is not gone on with."""
    progress = tmp_path / "out.jsonl.progress"
    progress.write_text(json.dumps({"lines_sha256": "other", "batches": [[9, 3]]}))
    assert refrain("batch", str(asked), "-o", str(tmp_path / "out.jsonl")).exit_code == 0
    assert len(batcher.created) == 1


def test_a_long_file_becomes_several_batches(
    batcher: FakeBatcher,
    asked: Path,
    tmp_path: Path,
    refrain: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As many lines a batch as the batcher takes; the counts are summed up."""
    monkeypatch.setattr(batching, "MAX_LINES", 2)
    result = refrain("batch", str(asked), "-o", str(tmp_path / "out.jsonl"), "--json")
    assert [len(lines) for lines in batcher.created] == [2, 1]
    assert json.loads(result.stdout)["completed"] == 3
    assert len(results(tmp_path / "out.jsonl")) == 3


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("{\n", "line 1: BadRequest: no JSON"),
        (openai_line("a") * 2, "line 2: BadRequest: custom_id 'a' stands twice"),
        (openai_line("a", model="gpt"), "no single model is named gpt"),
        (openai_line("a", temperature="warm"), "temperature is not a number"),
        ("\n", "There is no line to ask"),
    ],
)
def test_bad_lines_are_told_before_anything_is_asked(
    lines: str, told: str, batcher: FakeBatcher, tmp_path: Path, refrain: Callable[..., Result]
) -> None:
    """With their numbers; nothing is sent."""
    path = tmp_path / "in.jsonl"
    path.write_text(lines)
    result = refrain("batch", str(path), "-o", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 1
    assert told in result.stderr
    assert batcher.created == []


def test_what_the_batcher_finds_wrong_is_told(
    batcher: FakeBatcher, asked: Path, tmp_path: Path, refrain: Callable[..., Result]
) -> None:
    """A batch that fails at its validation ends the command with one."""
    batcher.faults = [{"line": 2, "message": "its price is beyond your credit"}]
    result = refrain("batch", str(asked), "-o", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 1
    assert "line 2: its price is beyond your credit" in result.stderr
