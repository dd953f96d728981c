"""The built wheel is all that a user needs: it starts a network in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.architecture.source_tree import CANISTERS, ROOT
from tests.statuses import HIT, MISS_STORED

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release would, outside the source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    built = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("refrain-*.whl"))


@pytest.fixture(scope="module")
def refrain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment; its `refrain` command.

    The dependencies come from this environment by a path file, so that the test needs no
    registry; path files of that folder, such as the editable install's, are not followed.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    packages = next(folder.glob("lib/python3.*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = [python, "-c", "import refrain, kybra_replica; print(refrain.__file__)"]
    printed = subprocess.run(where, check=True, capture_output=True, text=True).stdout
    assert Path(printed.strip()).is_relative_to(folder)
    return folder / "bin" / "refrain"


@pytest.fixture
def empty_folder(tmp_path: Path, refrain: Path) -> Iterator[Path]:
    """A folder with nothing in it; whatever was started there is taken down again."""
    yield tmp_path
    run(refrain, "down", folder=tmp_path)


def run(refrain: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one `refrain` command in a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(refrain), *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def read(refrain: Path, *words: str, folder: Path) -> dict[str, Any]:
    """Run one `refrain` command that must succeed; the JSON object that it prints."""
    done = run(refrain, *words, "--json", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def test_the_wheel_carries_the_canisters_sources(wheel: Path) -> None:
    """Every canister's main module, core and Candid file travel with the command."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in CANISTERS:
        assert f"refrain/canister_sources/{name}/main.py" in names
        assert f"refrain/canister_sources/{name}/{name}.did" in names
        assert f"refrain/canister_sources/{name}/{name}_core/__init__.py" in names
    assert not [name for name in names if name.startswith(("tests/", "typings/"))]
    assert [name for name in names if name.endswith("licenses/THIRD_PARTY.md")]


def test_a_network_runs_from_the_wheel_in_an_empty_folder(
    refrain: Path, empty_folder: Path
) -> None:
    """Up, ask, ask again: the second answer is a hit, and nothing but the wheel was read."""
    up = run(refrain, "up", "--model", "scripted", folder=empty_folder)
    assert up.returncode == 0, up.stdout + up.stderr
    assert "not a model" in up.stdout
    status = read(refrain, "status", folder=empty_folder)
    assert set(status["canisters"]) == set(CANISTERS)
    first, second = (read(refrain, "ask", "What?", folder=empty_folder) for _ in range(2))
    assert (first["cache_status"], second["cache_status"]) == (MISS_STORED, HIT)
    assert first["content"] == second["content"]
