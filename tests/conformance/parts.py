"""The parts of docs/conformance.md: each runs something, or says that it did not."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.candid.spec.conformance import main as check_files
from tests.architecture.source_tree import ROOT
from tests.parity.accepted import ACCEPTED
from tests.parity.recording_files import COMMITTED
from tests.parity.runtimes import BINARY, WASM_DIR
from tests.system.clients.table import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESULTS = ROOT / "benchmarks" / "results"
FUZZING, CANDID = RESULTS / "fuzzing.json", RESULTS / "candid_spec.json"
OWN_ASSERTIONS = ROOT / "tests" / "unit" / "candid_text" / "assertions"
PYTEST = ("-m", "pytest", "-n", "2", "--dist", "loadfile", "tests/parity")


class Part(NamedTuple):
    """A section of the page."""

    text: str
    has_failed: bool = False


def clients_part() -> Part:
    """Other people's clients against our server."""
    try:
        lines, is_well = table()
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        lines, is_well = [f"Not run: {error}"], True
    head = ["## Clients", "", "Unmodified, against `python -m kybra_replica serve`'s interface."]
    return Part("\n".join([*head, "", *lines, ""]), not is_well)


def candid_part(folder: str | None) -> Part:
    """Our own assertions, and the specification's where `folder` has them."""
    own = counted(sorted(OWN_ASSERTIONS.glob("*.test.did")))
    failed = own["failed"]
    if folder is not None:
        official = counted(sorted(Path(folder).glob("*.test.did")))
        failed += official["failed"]
        CANDID.write_text(json.dumps(official, indent=1) + "\n", encoding="utf-8")
        when = "this time"
    else:
        official = json.loads(CANDID.read_text(encoding="utf-8"))
        when = "not this time: the figure of the latest run, kept in benchmarks/results"
    rows = [
        row("our own, tests/unit/candid_text/assertions", own, "this time"),
        row(f"the specification's, {official['files']} files", official, when),
    ]
    text = (
        "## Candid\n\n"
        "By `python -m kybra_replica candid-spec FILE...`. The specification's files\n"
        "(`test/*.test.did` of dfinity/candid) are not in this repository: CANDID_SPEC_DIR\n"
        "names their folder.\n\n"
        "| assertions | hold | run |\n|---|---|---|\n"
    )
    return Part(text + "\n".join(rows) + "\n", bool(failed))


def row(name: str, counts: Mapping[str, int], when: str) -> str:
    """A row of the table of assertions."""
    total = counts["passed"] + counts["failed"]
    return f"| {name} | {counts['passed']} of {total} | {when} |"


def counted(files: Sequence[Path]) -> dict[str, int]:
    """How many assertions of some files hold, by the command's own last line."""
    if not files:
        raise FileNotFoundError("no *.test.did there: does CANDID_SPEC_DIR name the right folder?")
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        check_files([str(path) for path in files])
    passed, failed = map(int, re.findall(r"\d+", written.getvalue().splitlines()[-1]))
    return {"files": len(files), "passed": passed, "failed": failed}


def fuzzing_part() -> Part:
    """The committed campaign, which `python -m tests.fuzzing.campaign` runs again."""
    campaign = json.loads(FUZZING.read_text(encoding="utf-8"))
    lines = [
        "## Damaged inputs",
        "",
        f"By `python -m tests.fuzzing.campaign`, seed {campaign['seed']}; committed, and not run",
        "for this page. Every input was read or refused: anything else ends the campaign.",
        "",
        "| parser | inputs | read | refused |",
        "|---|---|---|---|",
    ]
    for name, tally in campaign["parsers"].items():
        figures = (f"{tally[each]:,}" for each in ("inputs", "read", "refused"))
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return Part("\n".join([*lines, ""]))


def parity_part(environment: Mapping[str, str]) -> Part:
    """The dapps' scenarios, on whatever runtime the environment names."""
    is_real = bool(environment.get(BINARY) and environment.get(WASM_DIR))
    command = [sys.executable, *PYTEST]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT, env=dict(os.environ)
    )
    runtime = "a real PocketIC" if is_real else "the embedded server"
    told = "".join(f"- {line}\n" for line in outcome_lines(done.stdout))
    text = (
        f"## The dapps' scenarios\n\nRun on {runtime}, Kybra {version('kybra')}.\n\n"
        f"{told}{recordings_line()}\n"
    )
    return Part(text, done.returncode != 0)


def outcome_lines(written: str) -> list[str]:
    """What pytest tells at its end, without the time that it took."""
    last = re.sub(r" in [\d.]+s.*", "", written.splitlines()[-1]) if written else "nothing was told"
    found = [line.removeprefix("parity: ") for line in written.splitlines() if "parity: " in line]
    return [last.strip("= "), *found]


def recordings_line() -> str:
    """What was recorded of the real runtime, if anything was."""
    headers: list[dict[str, Any]] = [
        json.loads(path.read_text(encoding="utf-8"))["header"]
        for path in sorted(COMMITTED.glob("*.json"))
    ]
    if not headers:
        return "- Not held to the real runtime here: there is no recording of these sources.\n"
    servers = sorted({f"{each['server']} with Kybra {each['kybra']}" for each in headers})
    return f"- recorded of {', '.join(servers)}; {len(ACCEPTED)} accepted differences\n"
