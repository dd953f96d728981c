"""`make rustpython`: the corpus, recorded on CPython, replayed on RustPython.

Kybra's interpreter is a RustPython; the crate is a little newer than its pin. So passing here is
needed, and not enough. Without cargo nothing can be run: a failure on a build server, where CI is
set, and elsewhere a line that says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv" / "rustpython"
VERSION = "0.4.0"
SEARCHED = (".", "src", "canisters/cache", "canisters/infer", "canisters/batcher")


def say(text: str) -> None:
    """Print a line at once."""
    print(f"rustpython: {text}", flush=True)  # noqa: T201 - a command's progress


def install(folder: Path) -> int:
    """Install the crate below `folder` unless it is there; return the exit code."""
    if (folder / "bin" / "rustpython").exists():
        return 0
    cargo = shutil.which("cargo")
    if cargo is None:
        say("FAILED: no cargo on this build server: install Rust, or unset CI to skip this")
        return 1
    say(f"installing the crate of version {VERSION} with cargo, once, 3 minutes or more")
    command = [cargo, "install", "rustpython", "--version", VERSION, "--locked", "--quiet"]
    code = subprocess.run([*command, "--root", str(folder)], cwd=ROOT, check=False).returncode
    if code:
        say("FAILED: cargo could not install the crate; its reason stands above")
    return code


def must_skip(folder: Path) -> bool:
    """Tell whether there is neither RustPython nor cargo, and nobody insists."""
    there = (folder / "bin" / "rustpython").exists() or shutil.which("cargo") is not None
    return not there and not os.environ.get("CI")


def search_path() -> str:
    """Return the module search path of both interpreters."""
    folders = [str(ROOT / name) for name in SEARCHED]
    return os.pathsep.join([*folders, sysconfig.get_path("purelib")])


def record(corpus: Path) -> None:
    """Write the corpus, in a process of its own: its canisters leave modules behind."""
    environment = {**os.environ, "PYTHONPATH": search_path()}
    command = [sys.executable, "-m", "tests.rustpython.corpus", str(corpus)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def replay(interpreter: str, corpus: Path) -> subprocess.CompletedProcess[bytes]:
    """Replay the corpus; its output goes where ours goes."""
    paths = {"PYTHONPATH": search_path(), "RUSTPYTHONPATH": search_path()}
    command = [interpreter, "-m", "tests.rustpython.replay", str(corpus)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **paths}, check=False)


def main() -> int:
    """Install, record and replay; return the exit code."""
    if must_skip(FOLDER):
        say("SKIPPED: no cargo here, which builds RustPython; install Rust to run these tests")
        return 0
    code = install(FOLDER)
    if code:
        return code
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        say("recording the cores and the canisters on CPython")
        record(corpus)
        say("replaying them on RustPython")
        code = replay(str(FOLDER / "bin" / "rustpython"), corpus).returncode
    say(f"took {time.monotonic() - begun:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
