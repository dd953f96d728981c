"""`refrain cache purge`, `export` and `import`: what they tell the cache, and what they print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.client.stub_cache import StubCache, row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.unit.cli.conftest import Running

DIGEST = "0123456789abcdef" * 4
TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"


def updates(running: Running) -> list[tuple[str, list[Any]]]:
    """List the updates that the cache got."""
    return [(told[2], told[3]) for told in running.replica.told if told[0] == "update"]


@pytest.fixture
def purgeable(running: Running) -> Running:
    """Let the pretended cache purge and taint."""
    for method in ("purge", "taint", "clear_taint"):
        running.replica.methods[method] = lambda name: {"Ok": f"{name} is done"}
    running.replica.methods["remove"] = lambda _: {"Ok": "removed"}
    return running


@pytest.mark.parametrize(
    ("words", "method", "argument"),
    [
        ("all", "purge", "all"),
        ("all --yes", "purge", "all"),
        (f"key {DIGEST}", "remove", DIGEST),
        ("tag public/geo", "purge", "tag/public/geo"),
        (f"tag {TENANT}/a/b", "purge", f"tag/{TENANT}/a/b"),
        ("model a/toy", "purge", "model/a/toy"),
        ("version a/toy@1:q4", "purge", "version/a/toy@1:q4"),
        (f"namespace {TENANT}", "purge", f"namespace/{TENANT}"),
        ("namespace shared:lab", "purge", "namespace/shared:lab"),
        ("voter openai", "purge", "voter/openai"),
        ("--taint openai", "taint", "openai"),
        ("--clear-taint openai", "clear_taint", "openai"),
    ],
)
def test_each_scope_is_told_as_the_cache_knows_it(
    purgeable: Running, refrain: Callable[..., Result], words: str, method: str, argument: str
) -> None:
    """One update, and the cache's own words as the result."""
    result = refrain("cache", "purge", *words.split())
    assert result.exit_code == 0
    assert updates(purgeable) == [(method, [argument])]
    done = "removed" if method == "remove" else f"{argument} is done"
    assert result.stdout == ("Removed.\n" if method == "remove" else f"{done}.\n")
    told = refrain("cache", "purge", *words.split(), "--json").stdout
    assert json.loads(told) == {"done": done}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "everything",
        "all public",
        "key",
        "key abc",
        "tag geo",
        "tag nobody/geo",
        "tag public/",
        "model toy@1:q4",
        "model",
        "version toy",
        "namespace nobody",
        "voter",
        "all --taint x",
        "--taint x --clear-taint x",
    ],
)
def test_a_scope_that_nothing_could_be_in_ends_with_2(
    purgeable: Running, refrain: Callable[..., Result], words: str
) -> None:
    """A purge of it would succeed and do nothing, which looks like success."""
    assert refrain("cache", "purge", *words.split()).exit_code == 2
    assert updates(purgeable) == []


@pytest.mark.parametrize(("answer", "purged"), [("y\n", True), ("n\n", False), ("", False)])
def test_purging_everything_is_asked_about_on_a_terminal(
    purgeable: Running,
    refrain: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    *,
    answer: str,
    purged: bool,
) -> None:
    """Whatever is no yes purges nothing; --yes is not asked, nor any smaller scope."""
    monkeypatch.setattr("refrain.cli.cache_purge.has_a_person", lambda: True)
    result = refrain("cache", "purge", "all", input=answer)
    assert (result.exit_code == 0, len(updates(purgeable)) == 1) == (purged, purged)
    assert "every answer of every namespace?" in result.stderr
    assert refrain("cache", "purge", "all", "--yes", input="").exit_code == 0
    assert refrain("cache", "purge", "namespace", "public", input="").exit_code == 0


def test_a_refused_purge_is_typed(running: Running, refrain: Callable[..., Result]) -> None:
    """The cache's reason, with exit code 1."""
    running.replica.methods["purge"] = lambda _: {"Refused": {"BadRequest": "too many scopes"}}
    result = refrain("cache", "purge", "all", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["refused"] == {"BadRequest": "too many scopes"}


@pytest.fixture
def stub(running: Running) -> StubCache:
    """Put a cache of five made-up answers behind the pretended network."""
    stub = StubCache(list("abcde"))
    for method, call in (("export_page", stub.query), ("import_page", stub.update)):
        running.replica.methods[method] = lambda arg, call=call, method=method: call(
            "", method, [arg], ""
        )
    return stub


def test_what_is_exported_can_be_imported(
    stub: StubCache, refrain: Callable[..., Result], tmp_path: Path
) -> None:
    """Twice, the second time as present; nothing is left beside the file."""
    path = str(tmp_path / "answers")
    exported = refrain("cache", "export", path)
    assert (exported.exit_code, exported.stdout) == (0, "Exported 5 answers, 580 bytes.\n")
    imported = refrain("cache", "import", path)
    assert (imported.exit_code, imported.stdout) == (0, "Read 5 lines: 5 imported.\n")
    told = json.loads(refrain("cache", "import", path, "--json").stdout)
    assert told == {"lines": 5, "told": {"present": 5}, "failed": []}
    assert stub.taken == list("abcde")
    assert [one.name for one in tmp_path.iterdir() if one.name != "state"] == ["answers"]


@pytest.mark.usefixtures("stub")
def test_damaged_lines_are_reported_and_end_with_1(
    refrain: Callable[..., Result], tmp_path: Path
) -> None:
    """By their number, while the others are taken."""
    path = tmp_path / "answers"
    path.write_text("\n".join([json.dumps(row("x")), "damage", json.dumps(row("y"))]))
    result = refrain("cache", "import", str(path))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "line 2: damaged",
        "Read 3 lines: 1 damaged, 2 imported.",
    ]
    told = json.loads(refrain("cache", "import", str(path), "--json").stdout)
    assert told["failed"] == [{"line": 2, "outcome": "damaged"}]


@pytest.mark.usefixtures("stub")
def test_what_was_broken_off_goes_on_and_says_so(
    running: Running, refrain: Callable[..., Result], tmp_path: Path
) -> None:
    """The same command, from the note beside the file."""
    path = tmp_path / "answers"
    cache = running.canisters["cache"]
    first = json.dumps(row("a")) + "\n"
    path.write_text(first + "torn")
    note = {"cache": cache, "cursor": "1", "bytes": len(first), "answers": 1}
    (tmp_path / "answers.cursor").write_text(json.dumps(note))
    exported = refrain("cache", "export", str(path), "--json")
    assert "going on behind 1 answer" in exported.stderr
    assert json.loads(exported.stdout)["answers"] == 5
    assert len(path.read_text().splitlines()) == 5
    (tmp_path / "answers.progress").write_text(
        json.dumps({"cache": cache, "line": 4, "told": {"imported": 3, "damaged": 1}})
    )
    imported = refrain("cache", "import", str(path))
    assert "going on behind line 4" in imported.stderr
    assert imported.stdout == "Read 5 lines: 1 damaged, 4 imported.\n"
    assert imported.exit_code == 1


def test_a_file_that_is_not_there_is_no_import(
    refrain: Callable[..., Result], tmp_path: Path
) -> None:
    """It is a wrong command line."""
    assert refrain("cache", "import", str(tmp_path / "missing")).exit_code == 2
