"""`refrain key`: one line of keys a request, one typed error a line that is none."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
PLAIN: dict[str, Any] = {"model": "m@1:q4", "prompt": "hello"}


def written(folder: Path, *requests: dict[str, Any] | str | bytes) -> str:
    """Write requests, one a line, and return the file's path."""
    path = folder / "requests.jsonl"
    lines = [one if isinstance(one, (str, bytes)) else json.dumps(one) for one in requests]
    path.write_bytes(b"\n".join(one.encode() if isinstance(one, str) else one for one in lines))
    return str(path)


def told(result: Result) -> list[dict[str, Any]]:
    """Read what was printed."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_request_has_its_key(tmp_path: Path, refrain: Callable[..., Result]) -> None:
    """canonical, digest and key, and each follows from the one before by common tools."""
    result = refrain("key", written(tmp_path, PLAIN, "", {**PLAIN, "seed": 1}), "--json")
    assert result.exit_code == 0
    keys = told(result)
    assert [list(one) for one in keys] == [["canonical", "digest", "key"]] * 2
    for one in keys:
        assert one["digest"] == hashlib.sha256(one["canonical"].encode()).hexdigest()
        assert one["key"] == xxhash.xxh64_hexdigest(bytes.fromhex(one["digest"]))
    assert keys[0] != keys[1]


def test_a_bad_line_is_told_and_the_others_have_their_keys(
    tmp_path: Path, refrain: Callable[..., Result]
) -> None:
    """By its number, with a typed refusal; the command then ends with 1."""
    lines = (PLAIN, "{", b"\xff", {**PLAIN, "n": 2}, {"model": "m", "prompt": "x" * 64_001})
    result = refrain("key", written(tmp_path, *lines), "--json")
    assert result.exit_code == 1
    first, *errors = told(result)
    assert list(first) == ["canonical", "digest", "key"]
    assert [(one["line"], *one["error"]) for one in errors] == [
        (2, "BadRequest"),
        (3, "BadRequest"),
        (4, "BadRequest"),
        (5, "TooLarge"),
    ]


def test_the_namespace_is_part_of_the_key(tmp_path: Path, refrain: Callable[..., Result]) -> None:
    """Public unless another is named; a tenant's is its principal."""
    path = written(tmp_path, PLAIN)
    public = told(refrain("key", path, "--json"))
    assert told(refrain("key", path, "--json", "--namespace", "public")) == public
    for options in (("--tenant", TENANT), ("--namespace", "shared:lab")):
        [one] = told(refrain("key", path, "--json", *options))
        assert f":{options[1]}s1:m" in one["canonical"]
    assert refrain("key", path, "--namespace", TENANT).exit_code == 2
    assert refrain("key", path, "--tenant", "no-one").exit_code == 2
    assert refrain("key", path, "--tenant", TENANT, "--namespace", "public").exit_code == 2


def test_a_bare_model_gets_a_version(tmp_path: Path, refrain: Callable[..., Result]) -> None:
    """`unpinned:unknown` where no option says which."""
    path = written(tmp_path, {"prompt": "hello"}, {"model": "n", "prompt": "hello"})
    assert refrain("key", path).exit_code == 1
    options = ("--model", "m", "--revision", "r1", "--json")
    first, second = told(refrain("key", path, *options))
    assert "s1:ms2:r1s7:unknown" in first["canonical"]
    assert "s1:ns2:r1s7:unknown" in second["canonical"]


def test_a_person_reads_a_table(refrain: Callable[..., Result]) -> None:
    """Line, key and digest, or the refusal in words; "-" is standard input."""
    result = refrain("key", "-", input=json.dumps(PLAIN) + "\n[]\n")
    first, second = result.stdout.splitlines()
    line, key, digest = first.split()
    assert (line, len(key), len(digest)) == ("1", 16, 64)
    assert second == "     2  BadRequest: the request is not one JSON object"
    assert result.exit_code == 1
