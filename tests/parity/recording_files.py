"""Recordings of the real runtime: what every scenario heard there, and how that is compared.

A file of scenarios has one recording, `recordings/NAME.json`: a header that tells what ran, and
each scenario's entries by its name. `REFRAIN_RECORD=1 make parity` writes them. REFRAIN_RECORDINGS
names another folder, where our own server may be recorded as well.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.parity.runtimes import CANISTERS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.parity.runtimes import Runtime

RECORD, FOLDER = "REFRAIN_RECORD", "REFRAIN_RECORDINGS"
COMMITTED = Path(__file__).parent / "recordings"
OUR_OWN = "kybra_replica"

Entries = list[dict[str, Any]]


class Differences(NamedTuple):
    """Where two runs of a scenario part; and the cycles, there and here, of what is alike."""

    places: dict[str, str]
    cycles: list[tuple[int, int]]


class Recordings:
    """A folder of recordings; `folder` does not have to exist."""

    def __init__(self, folder: Path, *, renew: bool) -> None:
        """Compare with what is in the folder, or renew it."""
        self.renews = renew
        self._folder = folder

    def has(self, file: str) -> bool:
        """Whether a file of scenarios was recorded."""
        return self._path(file).is_file()

    def header(self, file: str) -> dict[str, Any]:
        """What ran when it was recorded."""
        header: dict[str, Any] = self._read(file)["header"]
        return header

    def names(self, file: str) -> list[str]:
        """The scenarios that were recorded."""
        return list(self._read(file)["scenarios"])

    def scenario(self, file: str, name: str) -> Entries | None:
        """What a scenario heard when it was recorded; None where it was not."""
        if not self.has(file):
            return None
        entries: Entries | None = self._read(file)["scenarios"].get(name)
        return entries

    def keep(self, file: str, name: str, entries: Entries, header: Mapping[str, Any]) -> None:
        """Put a scenario in place of its older recording, in the order of names."""
        scenarios = self._read(file)["scenarios"] if self.has(file) else {}
        scenarios[name] = entries
        content = {"header": header, "scenarios": dict(sorted(scenarios.items()))}
        self._folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=1, ensure_ascii=False)
        self._path(file).write_text(text + "\n", encoding="utf-8")

    def _path(self, file: str) -> Path:
        return self._folder / f"{file}.json"

    def _read(self, file: str) -> Any:
        return json.loads(self._path(file).read_text(encoding="utf-8"))


def recordings_of(environment: Mapping[str, str], runtime: Runtime) -> Recordings:
    """What the environment asks for; ValueError for our own answers among the committed ones."""
    folder = Path(environment[FOLDER]) if environment.get(FOLDER) else COMMITTED
    renew = environment.get(RECORD, "") == "1"
    if renew and folder == COMMITTED and not runtime.is_real:
        raise ValueError(f"only a real runtime is recorded there: set {FOLDER} to another folder")
    return Recordings(folder, renew=renew)


def header_of(runtime: Runtime) -> dict[str, Any]:
    """What runs: the server's version, Kybra's, and the sources of each canister."""
    server = OUR_OWN
    if runtime.is_real:
        command = [str(runtime.binary), "--version"]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        server = told.stdout.strip()
    sources = {name: source_hash(name) for name in CANISTERS}
    return {"server": server, "kybra": version("kybra"), "sources_sha256": sources}


def source_hash(canister: str) -> str:
    """One hash over a canister's own files and those that all canisters share."""
    digest = hashlib.sha256()
    for folder in (f"canisters/{canister}", "src/refrain_core", "src/refrain_api"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def compared(recorded: Entries, heard: Entries) -> Differences:
    """Compare two runs of a scenario: everything but cycles is either equal or a difference."""
    places: dict[str, str] = {}
    cycles: list[tuple[int, int]] = []
    for number, (there, here) in enumerate(zip(recorded, heard, strict=False)):
        place = f"{number} {there['call']}"
        parts = ({**each, "cycles": None} for each in (there, here))
        found = dict(_parted(place, *parts))
        places.update(found)
        if not found:
            cycles.extend(_cycles(there, here))
    if len(recorded) != len(heard):
        places["length"] = f"recorded {len(recorded)} ends of calls, here {len(heard)}"
    return Differences(places, cycles)


def _parted(place: str, there: Any, here: Any) -> Iterator[tuple[str, str]]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted(there.keys() | here.keys()):
            yield from _parted(f"{place} {key}", there.get(key), here.get(key))
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for number, pair in enumerate(zip(there, here, strict=True)):
            yield from _parted(f"{place} {number}", *pair)
    elif there != here:
        yield place, f"recorded {there!r}, here {here!r}"


def _cycles(there: dict[str, Any], here: dict[str, Any]) -> Iterator[tuple[int, int]]:
    mine, theirs = here.get("cycles") or {}, there.get("cycles") or {}
    for name in sorted(theirs.keys() & mine.keys()):
        if theirs[name] > 0:
            yield theirs[name], mine[name]
