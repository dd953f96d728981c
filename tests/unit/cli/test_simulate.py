"""`refrain simulate`: formats, counts, and the codes that it ends with."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain.failures import BadTrace
from refrain.traces.access import Access
from refrain.traces.trace_formats import format_of, read_trace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

KEYS = ["a", "b", "a", "c", "a", "b"]
LRU_MISSES = 4
"""Of KEYS with room for two: a, b, then c instead of b, and b again."""


def oracle_record(key: int, size_bytes: int) -> bytes:
    """Write a record of libCacheSim's oracleGeneral by its published layout."""
    return struct.pack("<I", 1) + struct.pack("<Q", key) + struct.pack("<Iq", size_bytes, -1)


CONTENTS: dict[str, bytes] = {
    "keys": "\n".join(KEYS).encode(),
    "mooncake": b'{"timestamp": 0, "hash_ids": [1, 2, 1]}\n{"hash_ids": [3, 1, 2]}\n',
    "oracle-general": b"".join(oracle_record(ord(key), 10) for key in KEYS),
}


@pytest.fixture
def trace(tmp_path: Path) -> Callable[[bytes], str]:
    """Write a trace and name its file."""

    def write(content: bytes) -> str:
        path = tmp_path / "trace"
        path.write_bytes(content)
        return str(path)

    return write


def told(result: Result) -> Any:
    """Parse what was printed for a program."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("chosen", ["auto", "named"])
def test_each_format_is_read_named_or_by_its_first_bytes(
    content: bytes, chosen: str, trace: Callable[[bytes], str], refrain: Callable[..., Result]
) -> None:
    """The same accesses in three formats give the same counts."""
    name = next(name for name, text in CONTENTS.items() if text == content)
    options = ["--format", name if chosen == "named" else "auto", "--json"]
    result = refrain("simulate", trace(content), "--policy", "lru", "--capacity", "2", *options)
    found = told(result)
    assert found["format"] == name
    assert (found["requests"], found["misses"]) == (6, LRU_MISSES)
    assert found["miss_ratio"] == LRU_MISSES / 6


def test_a_person_reads_one_line_for_each_policy(
    trace: Callable[[bytes], str], refrain: Callable[..., Result]
) -> None:
    """All policies stand side by side, with their counts and ratios."""
    path = trace(CONTENTS["keys"])
    result = refrain("simulate", path, "--policy", "all", "--capacity", "2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "trace (keys), 2 objects, 6 requests"
    assert [line.split()[0] for line in lines[1:]] == ["lru", "sieve", "s3fifo", "cost"]
    assert lines[1] == "lru     misses 4  miss ratio 0.6667"
    rows = told(refrain("simulate", path, "--policy", "all", "--capacity", "2", "--json"))
    assert [row["policy"] for row in rows["policies"]] == ["lru", "sieve", "s3fifo", "cost"]
    assert rows["requests"] == 6


def test_capacity_by_bytes_counts_sizes_and_costs(
    trace: Callable[[bytes], str], refrain: Callable[..., Result]
) -> None:
    """Columns behind tabs; what is larger than the cache is missed each time and evicts nothing."""
    content = b"small one\t10\t5\nhuge\t1000\t90\nsmall one\t10\t5\nhuge\t1000\t90\n"
    options = ["--policy", "lru", "--capacity", "100", "--by", "bytes"]
    result = refrain("simulate", trace(content), *options, "--json")
    found = told(result)
    assert (found["requests"], found["misses"]) == (4, 3)
    assert found["byte_miss_ratio"] == 2010 / 2020
    assert found["cost_miss_ratio"] == 185 / 190
    shown = refrain("simulate", trace(content), *options).stdout
    assert shown.endswith("miss ratio 0.7500  of bytes 0.9950  of costs 0.9737\n")


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"", [], "is empty"),
        (b"\n\n", [], "is empty"),
        (b"\n\n", ["--format", "keys"], "holds no access"),
        (b"\x1f\x8b\x08rest", [], "compressed by gzip"),
        (b"\0" * 25, [], "neither text nor a whole number of 24-byte records"),
        (b"\0" * 25, ["--format", "oracle-general"], "ends inside record 2"),
        (oracle_record(1, 0), [], "holds no access"),
        (b"a\nb\xff\n", ["--format", "keys"], "line 2 is not UTF-8"),
        (b"a\tlarge\n", [], "line 1: size and cost must be whole numbers"),
        (b"a\t-1\n", [], "line 1: size and cost must be whole numbers"),
        (b"a\t1\t2\t3\n", [], "line 1 has more columns"),
        (b"a\nb\n", ["--by", "bytes"], "access 1 has no size"),
        (b'{"hash_ids": [1]}\n{"hash_ids": 7}\n', [], "line 2 has no list `hash_ids`"),
        (b'{"hash_ids": [true]}\n', [], "line 1 has no list `hash_ids`"),
        (b'{"hash_ids": [1]}\n{"hash\n', [], "line 2 is no JSON"),
        (b"[" * 100_000, ["--format", "mooncake"], "line 1 is no JSON"),
    ],
)
def test_a_bad_file_ends_with_1_and_says_where(
    content: bytes,
    options: list[str],
    says: str,
    trace: Callable[[bytes], str],
    refrain: Callable[..., Result],
) -> None:
    """No traceback, nothing on standard output, the line or record by its number."""
    result = refrain(
        "simulate", trace(content), "--policy", "sieve", "--capacity", "5", "--json", *options
    )
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "options",
    [
        ["missing", "--policy", "lru", "--capacity", "1"],
        ["FILE", "--policy", "fifo", "--capacity", "1"],
        ["FILE", "--policy", "lru", "--capacity", "0"],
        ["FILE", "--policy", "lru"],
        ["FILE", "--capacity", "1"],
        ["FILE", "--policy", "lru", "--capacity", "1", "--by", "lines"],
    ],
)
def test_a_wrong_command_line_ends_with_2(
    options: list[str], trace: Callable[[bytes], str], refrain: Callable[..., Result]
) -> None:
    """As everywhere in the command line."""
    path = trace(b"a\n")
    arguments = [path if option == "FILE" else option for option in options]
    assert refrain("simulate", *arguments).exit_code == 2


def test_a_file_that_cannot_be_read_is_a_bad_trace(tmp_path: Path) -> None:
    """Whatever the operating system says becomes the command's own failure."""
    with pytest.raises(BadTrace, match="cannot be read"):
        format_of(tmp_path)
    with pytest.raises(BadTrace, match="cannot be read"):
        list(read_trace(tmp_path, "keys"))


def test_a_long_file_shows_that_it_goes_on(
    trace: Callable[[bytes], str],
    refrain: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a terminal the command runs under the reminder that other long ones have."""
    told_texts: list[str] = []

    class Reminder:
        def __init__(self, text: str) -> None:
            told_texts.append(text)

        def __enter__(self) -> None:
            told_texts.append("begun")

        def __exit__(self, *_: object) -> None:
            told_texts.append("ended")

    monkeypatch.setattr("refrain.cli.simulate.on_terminal", lambda: True)
    monkeypatch.setattr("refrain.cli.simulate.patience", Reminder)
    result = refrain("simulate", trace(b"a\n"), "--policy", "lru", "--capacity", "1")
    assert result.exit_code == 0
    assert told_texts == ["simulating", "begun", "ended"]


TEXTS = st.text(st.characters(exclude_characters="\t\r\n", exclude_categories=["Cs"]), min_size=1)
COUNTS = st.integers(0, 2**40)


@given(st.lists(st.tuples(TEXTS, COUNTS, COUNTS), max_size=20))
def test_written_columns_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, int]]
) -> None:
    """Keys of any characters but tabs and line ends, with sizes and costs."""
    path = tmp_path_factory.mktemp("trace") / "keys"
    path.write_bytes("".join(f"{key}\t{size}\t{cost}\n" for key, size, cost in rows).encode())
    assert list(read_trace(path, "keys")) == [Access(*row) for row in rows]


@given(st.binary(max_size=200), st.sampled_from(sorted(CONTENTS)))
def test_noise_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    """No bytes make a reader fail otherwise."""
    path = tmp_path_factory.mktemp("trace") / "noise"
    path.write_bytes(content)
    for format_name in (name, None):
        assert all(access.cost >= 0 for access in read_or_refused(path, format_name))


def read_or_refused(path: Path, format_name: str | None) -> list[Access]:
    """Read a trace, or nothing of one that is refused by the name of its file."""
    try:
        return list(read_trace(path, format_name or format_of(path)))
    except BadTrace as error:
        if str(path) in str(error):
            return []
        raise
