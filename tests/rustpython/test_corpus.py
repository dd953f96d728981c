"""The replay on another interpreter is worth what the corpus covers, and what it notices."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.architecture.source_tree import CANISTERS, python_files
from tests.rustpython import run

if TYPE_CHECKING:
    from collections.abc import Iterator

CORES = ("src/refrain_core", *(f"canisters/{name}/{name}_core" for name in CANISTERS))

# Only declared, or raised: there is nothing to call.
SHAPES = {"NamedTuple", "Protocol", "Exception"}


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record the corpus once."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    run.record(path)
    return path


@pytest.fixture(scope="session")
def lines(corpus: Path) -> list[dict[str, Any]]:
    """Read the corpus."""
    return [json.loads(line) for line in corpus.read_text("utf-8").split("\n") if line]


def public_names() -> Iterator[str]:
    """Name every public function, method, property and class of the cores."""
    for file in python_files(*CORES):
        module = module_of(file.path)
        for node in file.tree.body:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            path = f"{module}:{node.name}"
            if isinstance(node, ast.FunctionDef):
                yield path
            elif "Protocol" not in bases(node):
                yield from class_names(path, node)


def module_of(path: Path) -> str:
    """Name a core's module as it is imported: refrain_core.consensus.verdicts."""
    core = next(core for core in CORES if path.is_relative_to(core))
    return ".".join(path.with_suffix("").relative_to(Path(core).parent).parts)


def class_names(path: str, node: ast.ClassDef) -> Iterator[str]:
    """Name a class, unless it is a shape, and its public methods."""
    methods = [one.name for one in node.body if isinstance(one, ast.FunctionDef)]
    if methods and not bases(node) & SHAPES:
        yield path
    yield from (f"{path}.{name}" for name in methods if not name.startswith("_"))


def bases(node: ast.ClassDef) -> set[str]:
    """Name what a class is derived from."""
    return {ast.unparse(base) for base in node.bases}


def endpoints(name: str) -> set[str]:
    """Name the methods of a canister that anybody can call."""
    return {
        node.name
        for file in python_files(f"canisters/{name}")
        for node in file.tree.body
        if isinstance(node, ast.FunctionDef)
        if any(ast.unparse(mark) in {"query", "update"} for mark in node.decorator_list)
    }


def changed(lines: list[dict[str, Any]], path: Path) -> None:
    """Write the first chapter with one result changed."""
    wrong = {**lines[1], "gives": "what no core returns"}
    texts = [json.dumps(line, ensure_ascii=False) for line in (lines[0], wrong, *lines[2:9])]
    path.write_text("\n".join(texts), "utf-8")


@pytest.mark.slow
def test_every_public_function_of_every_core_is_replayed(lines: list[dict[str, Any]]) -> None:
    """A core function without inputs in the corpus is missed here, by name."""
    called = {line.get("call") for line in lines}
    assert sorted(set(public_names()) - called) == []


@pytest.mark.slow
def test_every_endpoint_of_every_canister_is_played(lines: list[dict[str, Any]]) -> None:
    """Each canister's chapters send each of its messages at least once."""
    played: dict[str, set[str]] = {name: set() for name in CANISTERS}
    name = ""
    for line in lines:
        name = line.get("chapter", name).partition(":")[0]
        if line.get("call", "").endswith("PlayedCanister.message"):
            played[name].add(line["args"][2])
    assert played == {name: endpoints(name) for name in CANISTERS}


@pytest.mark.slow
def test_a_replay_on_the_recording_interpreter_finds_no_difference(
    corpus: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing in the corpus depends on the moment, on addresses or on the order of sets."""
    assert run.replay(sys.executable, corpus).returncode == 0
    assert capfd.readouterr().out.endswith(" passed, 0 failed\n")


@pytest.mark.slow
def test_a_single_other_result_fails_its_chapter(
    lines: list[dict[str, Any]], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The difference is shown with the function, the expected and the found result."""
    changed(lines, tmp_path / "wrong.jsonl")
    assert run.replay(sys.executable, tmp_path / "wrong.jsonl").returncode == 1
    shown = capfd.readouterr()
    assert shown.out.endswith("0 passed, 1 failed\n")
    assert "refrain_core.canonical:canonical_text" in shown.err
    assert "what no core returns" in shown.err


def test_only_one_module_of_the_canisters_uses_json() -> None:
    """RustPython's parser panics at words that open like a number; json_texts never lets it."""
    users = {
        file.path.stem
        for file in python_files("src/refrain_core", "src/refrain_api", "canisters")
        for node in ast.walk(file.tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        if "json" in {alias.name for alias in node.names} or getattr(node, "module", "") == "json"
    }
    assert users == {"json_texts"}


@pytest.mark.parametrize(("server", "code"), [("true", 1), ("", 0)])
def test_without_cargo_a_build_server_fails_and_others_skip(
    server: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both say why; nothing is downloaded."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", server)
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    assert run.main() == code
    assert ("FAILED: no cargo" if code else "SKIPPED: no cargo") in capsys.readouterr().out
