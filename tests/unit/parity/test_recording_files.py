"""Recordings of scenarios: what is the same on any runtime, kept and compared."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ic
import pytest

from tests.parity import accepted
from tests.parity.accepted import ACCEPTED, Accepted
from tests.parity.judgement import judged
from tests.parity.plain_values import plain_text, plain_value
from tests.parity.recording_files import COMMITTED, Recordings, compared, recordings_of, source_hash
from tests.parity.runtimes import CANISTERS, ROOT, Runtime
from tests.parity.summary import summary_lines
from tests.parity.transcript import UNDECODED, Transcript

if TYPE_CHECKING:
    from collections.abc import Mapping

CACHE = ic.Principal(bytes(9) + b"\x01")
HEADER = {"server": "pocket-ic-server 10.0.0"}
OURS = {"server": "kybra_replica"}
TRAP = (
    f"Error from Canister {CACHE.to_str()}: Canister called `ic0.trap` with message: 'boom'\n"
    "Canister Backtrace:\nfunction_a\nfunction_b\n.\nConsider gracefully handling failures."
)


def entry(call: str = "cache.put", **fields: Any) -> dict[str, Any]:
    """One end of a call."""
    return {"call": call, **fields}


def test_canisters_are_named_and_backtraces_cut() -> None:
    """What is left of a reject's text is the same for every reader and every id."""
    assert plain_text(TRAP, {CACHE.to_str(): "cache"}) == (
        "Error from Canister <cache>: Canister called `ic0.trap` with message: 'boom'.\n"
        "Consider gracefully handling failures."
    )


def test_times_and_module_hashes_are_no_answers() -> None:
    """A time that was never set stays zero; ages, which scenarios decide, stay as they are."""
    value = {"at_ns": 5, "none_ns": 0, "age_s": 7, "module_hash": [b"\x01"], "who": CACHE}
    assert plain_value([value, b"\x01"], {CACHE.to_str(): "cache"}) == [
        {"age_s": 7, "at_ns": "<time>", "module_hash": "<module>", "none_ns": 0, "who": "<cache>"},
        "01",
    ]


class Clockwork:
    """A balance and a time that a test moves."""

    def __init__(self) -> None:
        """Begin rich, at the beginning of time."""
        self.cycles, self.now_ns = 1_000, 0

    def transcript(self) -> Transcript:
        """A transcript that knows the cache."""
        made = Transcript(lambda _canister: self.cycles, lambda: self.now_ns)
        made.learn("cache", CACHE)
        return made


class Interface:
    """An interface of one method."""

    def has(self, method: str) -> bool:
        """Whether it is that one."""
        return method == "put"

    def reply(self, _method: str, raw: bytes) -> str:
        """Its reply."""
        return raw.decode()


def test_an_entry_has_the_cycles_since_the_one_before() -> None:
    """Where time has passed they are unknown, since idling costs, too; a query has none."""
    clockwork = Clockwork()
    transcript = clockwork.transcript()
    transcript.understand("cache", Interface())  # type: ignore[arg-type]
    transcript.begin()
    clockwork.cycles -= 10
    transcript.replied(CACHE.to_str(), "get", b"x", is_query=True)
    transcript.replied(CACHE.to_str(), "put", b"done")
    clockwork.cycles, clockwork.now_ns = clockwork.cycles - 5, 10**9
    transcript.rejected(
        CACHE.to_str(), "put", {"reject_code": 5, "error_code": 503, "reject_message": TRAP}
    )
    got, put, rejected = transcript.entries
    assert got == entry("cache.get", reply=UNDECODED)
    assert put == entry(reply="done", cycles={"cache": 10})
    assert rejected["cycles"] is None
    assert rejected["reject"]["error_code"] == 503


def test_what_parts_is_told_by_its_place_and_cycles_never_part() -> None:
    """The place names entry, call and field; cycles are told as pairs where the rest is alike."""
    there = [entry(reply={"a": [1, 2]}, cycles={"cache": 10, "infer": 0}), entry(reply=1)]
    alike = [entry(reply={"a": [1, 2]}, cycles={"cache": 12, "infer": 3}), entry(reply=1)]
    other = [entry(reply={"a": [1, 3]}, cycles={"cache": 12})]
    assert compared(there, alike) == ({}, [(10, 12)])
    found = compared(there, other)
    assert found.places.keys() == {"0 cache.put reply a 1", "length"}
    assert found.cycles == []


def test_a_kept_scenario_is_read_back(tmp_path: Path) -> None:
    """Scenarios of one file are kept beside each other, and each is renewed by itself."""
    recordings = Recordings(tmp_path / "new", renew=False)
    assert recordings.scenario("life", "b") is None
    for name, value in [("b", 1), ("a", 2), ("b", 3)]:
        recordings.keep("life", name, [entry(reply=value)], HEADER)
    assert recordings.scenario("life", "a") == [entry(reply=2)]
    assert recordings.scenario("life", "b") == [entry(reply=3)]
    assert recordings.header("life") == HEADER


@pytest.fixture
def kept(tmp_path: Path) -> Recordings:
    """A recording of one scenario."""
    recordings = Recordings(tmp_path, renew=False)
    recordings.keep("life", "a", [entry(reply=1, cycles={"cache": 10})], HEADER)
    return recordings


def test_an_equal_scenario_tells_its_cycles(kept: Recordings) -> None:
    """As ratios of here to there; a file that was never recorded tells nothing."""
    heard = [entry(reply=1, cycles={"cache": 5})]
    assert judged("life", "a", heard, kept, OURS) == [0.5]
    assert judged("joins", "a", heard, kept, OURS) is None


def test_a_new_difference_fails_and_so_does_a_new_scenario(kept: Recordings) -> None:
    """With what was recorded, and the way to renew it."""
    with pytest.raises(AssertionError, match="recorded 1, here 2"):
        judged("life", "a", [entry(reply=2)], kept, OURS)
    with pytest.raises(AssertionError, match="never recorded: renew"):
        judged("life", "b", [entry(reply=2)], kept, OURS)


def test_an_accepted_difference_has_to_be_there(
    kept: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes while it lasts, fails when it is gone, and is no excuse for the real runtime."""
    known = Accepted("life", "a", "0 cache.put reply", "for this test")
    monkeypatch.setattr(accepted, "ACCEPTED", (known,))
    assert accepted.accepted_places("life", "a") == {known.place: known.reason}
    assert judged("life", "a", [entry(reply=2)], kept, OURS) == []
    with pytest.raises(AssertionError, match="accepted, and gone"):
        judged("life", "a", [entry(reply=1)], kept, OURS)
    with pytest.raises(AssertionError, match="recorded 1, here 2"):
        judged("life", "a", [entry(reply=2)], kept, HEADER)


def test_only_a_real_runtime_is_recorded_among_the_committed(tmp_path: Path) -> None:
    """Our own answers go to another folder."""
    ours = Runtime(Path("pocket-ic"), tmp_path, is_real=False)
    with pytest.raises(ValueError, match="REFRAIN_RECORDINGS"):
        recordings_of({"REFRAIN_RECORD": "1"}, ours)
    elsewhere = {"REFRAIN_RECORD": "1", "REFRAIN_RECORDINGS": str(tmp_path)}
    assert recordings_of(elsewhere, ours).renews
    assert not recordings_of({}, ours).renews


def test_sources_have_one_hash_each() -> None:
    """So that a recording tells which canisters answered."""
    hashes = {source_hash(name) for name in CANISTERS}
    assert [len(each) for each in hashes] == [64] * len(CANISTERS)


def test_the_summary_counts_what_was_compared() -> None:
    """Scenarios without a recording are not passed over."""
    assert summary_lines([]) == []
    assert summary_lines([None]) == ["parity: none of 1 scenarios had a recording to compare with"]
    lines = summary_lines([[0.5, 1.0], None, [2.0]])
    assert lines[0].startswith("parity: 2 of 3 ")
    assert "1 scenarios have no recording" in lines[1]
    assert "median 1.00, 0.50 to 2.00, of 3" in lines[2]


def scenarios() -> Mapping[str, set[str]]:
    """The names of each file's scenarios."""
    found = {}
    for path in (ROOT / "tests" / "parity").glob("test_*.py"):
        nodes = ast.parse(path.read_text()).body
        names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        found[path.stem.removeprefix("test_")] = names
    return found


def test_every_recording_is_of_a_scenario() -> None:
    """What was renamed or deleted leaves no recording behind; accepted differences neither."""
    known = scenarios()
    for path in COMMITTED.glob("*.json"):
        recorded = Recordings(COMMITTED, renew=False).names(path.stem)
        assert {name.partition("[")[0] for name in recorded} <= known[path.stem], path
    for each in ACCEPTED:
        assert each.scenario.partition("[")[0] in known[each.file], each


def test_every_accepted_difference_is_documented() -> None:
    """docs/real-runtime.md tells each reason."""
    page = " ".join((ROOT / "docs" / "real-runtime.md").read_text().split())
    assert [each.reason for each in ACCEPTED if each.reason not in page] == []
