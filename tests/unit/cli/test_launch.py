"""Starting a daemon: its progress is relayed, its failure is told, nothing half-started stays."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from refrain.daemon.launch import await_end, launch
from refrain.failures import MissingPart, RefrainError
from refrain.state.folder import write_json
from refrain.state.model_choice import ModelChoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from refrain.state.folder import StateFolder

TOY = ModelChoice("toy@1:none")
READY = """
print("refrain: one", flush=True)
print("noise", flush=True)
Path(sys.argv[3], "status.json").write_text(json.dumps({"pid": os.getpid()}))
"""
MISSING = 'print("refrain failed: install it."); sys.exit(4)'
REFUSED = 'print("refrain failed: it is damaged."); sys.exit(1)'
CRASHED = 'print("Traceback: boom"); sys.exit(70)'
HANGS = "import time; time.sleep(60)"


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Replace the daemon by a script."""

    def replace(body: str) -> None:
        script = tmp_path / "daemon"
        script.write_text(f"#!{sys.executable}\nimport json, os, sys\nfrom pathlib import Path\n")
        with script.open("a") as file:
            file.write(body)
        script.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(script))

    return replace


def test_the_daemon_is_watched_until_it_is_ready(
    folder: StateFolder, pretend: Callable[[str], None]
) -> None:
    """What it says to the person who waits is passed on, the rest stays in the log."""
    pretend(READY)
    said: list[str] = []
    pid = launch(folder, TOY, said.append)
    assert said == ["one"]
    os.waitpid(pid, 0)


def test_an_old_announcement_is_not_taken_for_the_new_daemon(
    folder: StateFolder, pretend: Callable[[str], None]
) -> None:
    """A killed daemon leaves status.json behind: the next one is still waited for."""
    write_json(folder.status, {"pid": os.getpid()})
    pretend(CRASHED)
    with pytest.raises(RefrainError, match="exit code 70"):
        launch(folder, TOY, lambda _: None)


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (MISSING, MissingPart, r"^install it\.$"),
        (REFUSED, RefrainError, r"^it is damaged\.$"),
        (CRASHED, RefrainError, "Traceback: boom"),
    ],
)
def test_a_daemon_that_ends_says_why(
    folder: StateFolder,
    pretend: Callable[[str], None],
    body: str,
    kind: type[RefrainError],
    text: str,
) -> None:
    """Its own sentence where it has one, else the tail of its log."""
    pretend(body)
    with pytest.raises(RefrainError, match=text) as caught:
        launch(folder, TOY, lambda _: None)
    assert type(caught.value) is kind


def test_a_daemon_that_is_never_ready_is_ended(
    folder: StateFolder, pretend: Callable[[str], None]
) -> None:
    """The wait has an end, and leaves no process."""
    pretend(HANGS)
    with pytest.raises(RefrainError, match=r"Not ready after 0\.2 seconds"):
        launch(folder, TOY, lambda _: None, ready_s=0.2)


@pytest.mark.usefixtures("lock_holder")
def test_a_daemon_that_does_not_stop_is_named(folder: StateFolder) -> None:
    """The wait for its end has an end too."""
    with pytest.raises(RefrainError, match="still stopping"):
        await_end(folder, 0.1)
