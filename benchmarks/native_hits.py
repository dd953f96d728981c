"""A hit through Refrain's pure core beside other caches, natively and within one run.

`python -m benchmarks.native_hits` makes an environment in build/other-caches, installs the
others there, runs each in a process of its own, three times in turns, and writes
benchmarks/results/native_hits.json and NATIVE_HITS.md. What is native says nothing of a canister;
it shows that the core does no needless work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from benchmarks.native_hit import CACHES

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
ENVIRONMENT = ROOT / "build" / "other-caches"
PACKAGES = (
    "cachetools==8.0.2",
    "diskcache==5.6.3",
    "langchain-core==0.3.79",
    "litellm==1.110.2",
)
TURNS = 3
BASE = "Refrain, whole request"
HEAD = """\
# A hit, natively, beside other caches

`python -m benchmarks.native_hits` renews this page. One thread, 1,000 entries, prompts of 350
characters, answers of 1,200; the medians of {turns} turns, in one run. Refrain's figures are those
of the canister's own code under CPython with its maps in dicts: the whole request is written
canonically, hashed, decided on by every directive and counted; LiteLLM's is its cache alone, with
its key and without the completion around it; LangChain's is a chat model's `invoke`.

| cache | version | median µs | 99 % within µs | of Refrain's whole request |
|---|---|---|---|---|
"""


def main() -> None:
    """Install, run in turns, write."""
    others = _environment()
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CACHES}
    for turn in range(TURNS):
        for name in CACHES:
            python = sys.executable if name.startswith("Refrain") else others
            runs[name].append(_run(python, name))
        print(f"turn {turn + 1} of {TURNS} is done")
    rows = {name: sorted(found, key=_median)[TURNS // 2] for name, found in runs.items()}
    (RESULTS / "native_hits.json").write_text(json.dumps(rows, indent=1) + "\n")
    (RESULTS / "NATIVE_HITS.md").write_text(page(rows))
    print(page(rows))


def page(rows: dict[str, dict[str, Any]]) -> str:
    """The table of the committed figures."""
    base = _median(rows[BASE])
    lines = [
        f"| {name} | {row['version']} | {row['median_us']:.1f} | {row['p99_us']:.1f} "
        f"| {row['median_us'] / base:.2f} |\n"
        for name, row in rows.items()
    ]
    return HEAD.format(turns=TURNS) + "".join(lines)


def _median(row: dict[str, Any]) -> float:
    return float(row["median_us"])


def _environment() -> str:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        print("installing the other caches, once")
        venv.create(ENVIRONMENT, with_pip=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    subprocess.run([str(python), *install], check=True)  # noqa: S603 - our own interpreter
    return str(python)


def _run(python: str, name: str) -> dict[str, Any]:
    paths = [str(ROOT), str(ROOT / "src"), str(ROOT / "canisters" / "cache")]
    command = [python, str(ROOT / "benchmarks" / "native_hit.py"), name]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(  # noqa: S603 - our own script
        command, env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
