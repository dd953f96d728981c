"""`refrain cache stats` and `list`: what they ask the cache, and what they print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from refrain.cli.cache_list import list_line
from refrain.cli.cache_stats import stats_lines
from refrain_core.fingerprint import sample_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.unit.cli.conftest import Running

DIGEST = "0123456789abcdef" * 4
TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
SETTINGS = {
    "max_entries": 10_000,
    "max_bytes": 64_000_000,
    "max_answer_bytes": 200_000,
    "default_ttl_s": 604_800,
}
COUNTS = {
    "hits": 30,
    "misses": 10,
    "expired": 3,
    "puts": 12,
    "removals": 1,
    "evictions": 2,
    "stale": 4,
    "unfit": 2,
    "hidden": 1,
    "negatives": 5,
    "touched": 6,
    "freed": 7,
    "bytes_served": 1_234_567,
    "tokens_saved": 890,
    "cycles_saved": 5_000_000_000,
    "ms_saved": 12_300,
    "entries": 9,
    "bytes": 4_500,
    "rebuilding": 0,
}
POLICIES = {
    "policy": "sieve",
    "samples": 2_310,
    "samples_needed": 2_000,
    "sampled_ppm": 26_000,
    "would_be": [
        {"policy": "lru", "hit_ppm": 352_400, "saved_ppm": 1},
        {"policy": "sieve", "hit_ppm": 310_000, "saved_ppm": 1},
    ],
    "recommended": "lru",
    "recommended_by_cost": "sieve",
}
ROW = {
    "digest": DIGEST,
    "sample": 0,
    "key": "0123456789abcdef",
    "namespace": "public",
    "kind": "answer",
    "model": "toy@1:none",
    "trust": "single_node",
    "bytes": 83,
    "stored_at_s": 1_000,
    "expires_at_s": 87_400,
    "tags": "geo",
    "hidden": "",
}


@pytest.fixture
def counted(running: Running) -> Running:
    """Let the pretended cache count."""
    running.replica.methods.update(
        counters=lambda: COUNTS,
        tenant_counters=lambda _: {**COUNTS, "entries": 2},
        settings=lambda: SETTINGS,
        namespace_settings=lambda name: {
            "namespace": name,
            "policy": "sieve",
            "max_entries": 5,
            "max_bytes": 0,
        },
        policy_report=lambda name: {**POLICIES, "namespace": name},
        hidden_scopes=lambda: [
            {"scope": "tag/public/geo", "since": "7"},
            {"scope": "tainted/toy@1:none", "since": "tainted"},
        ],
    )
    return running


@pytest.mark.usefixtures("counted")
def test_stats_as_json_tell_the_ratio_and_why_there_were_misses(
    refrain: Callable[..., Result],
) -> None:
    """The reasons add up to the misses; settings and hidden scopes are beside them."""
    told = json.loads(refrain("cache", "stats", "--json").stdout)
    assert told["hit_ratio"] == 0.75
    assert told["misses_by_reason"] == {"absent": 4, "expired": 3, "unfit": 2, "hidden": 1}
    assert (told["counts"], told["settings"], told["namespace"]) == (COUNTS, SETTINGS, None)
    assert [scope["scope"] for scope in told["hidden_scopes"]] == [
        "tag/public/geo",
        "tainted/toy@1:none",
    ]


@pytest.mark.usefixtures("counted")
def test_stats_for_a_person(refrain: Callable[..., Result]) -> None:
    """A line for each question, in plain units."""
    assert refrain("cache", "stats").stdout.splitlines() == [
        "of        the whole cache",
        "fetches   30 hits (75.0 %), 10 misses",
        "misses    4 absent, 3 expired, 2 unfit, 1 hidden",
        "besides   4 hits with a stale answer, 5 failures served as remembered, 6 answers touched",
        "stored    9 of at most 10,000 answers, 4.5 kB of at most 64.0 MB",
        "changes   12 stored, 2 evicted, 1 removed, 7 swept",
        "saved     890 tokens, 5,000,000,000 cycles, 12.3 s of waiting, 1.2 MB served",
        "settings  answers of up to 200.0 kB, fresh for 7 days unless asked otherwise",
        "hidden    tag/public/geo, up to put 7",
        "hidden    voter toy@1:none, tainted",
    ]


def test_stats_of_a_namespace_have_its_own_bounds_and_policy(
    counted: Running, refrain: Callable[..., Result]
) -> None:
    """A bound of 0 is none of its own, so that the whole's holds."""
    lines = refrain("cache", "stats", "--tenant", TENANT).stdout.splitlines()
    assert lines[0] == f"of        {TENANT}"
    assert "stored    2 of at most 5 answers, 4.5 kB of at most 64.0 MB" in lines
    assert any(line.endswith("policy sieve") for line in lines)
    would_hit = "would have hit lru 35.2 %, sieve 31.0 % of 2,310 sampled"
    assert f"policies  {would_hit}: choose lru" in lines
    asked = [told[2:4] for told in counted.replica.told if told[0] == "query"]
    assert ("tenant_counters", [TENANT]) in asked
    assert ("namespace_settings", [TENANT]) in asked


def test_stats_say_that_requests_are_too_few_for_a_recommendation(
    counted: Running, refrain: Callable[..., Result]
) -> None:
    """No ratio is shown from a sample that tells nothing yet; json has what there is."""
    few = {**POLICIES, "samples": 1_999, "recommended": "too few requests yet"}
    counted.replica.methods["policy_report"] = lambda _: few
    lines = refrain("cache", "stats", "--tenant", TENANT).stdout.splitlines()
    assert "policies  too few requests yet: 1,999 of 2,000 that a comparison needs" in lines
    told = json.loads(refrain("cache", "stats", "--tenant", TENANT, "--json").stdout)
    assert told["policies"] == few


def test_stats_of_a_new_cache_and_of_one_being_rebuilt() -> None:
    """No ratio before the first fetch; banks that are not indexed yet are told."""
    empty = {**dict.fromkeys(COUNTS, 0), "rebuilding": 31}
    facts = {
        "namespace": None,
        "hit_ratio": None,
        "misses_by_reason": {"absent": 0},
        "counts": empty,
        "settings": {**SETTINGS, "default_ttl_s": 90},
        "hidden_scopes": [{"scope": f"voter/{one}", "since": "1"} for one in range(12)],
    }
    lines = stats_lines(facts)
    assert "fetches   none yet" in lines
    assert lines[-1].startswith("index     being rebuilt after an upgrade: 31 banks left")
    assert lines[-2] == "hidden    and 2 scopes more (--json names them)"
    assert "fresh for 90 seconds" in lines[3]


def paged(pages: list[list[dict[str, Any]]]) -> Callable[..., Any]:
    """Answer `list_answers` with these pages, by their number as the cursor."""

    def list_answers(_namespace: str, cursor: str, most: int) -> dict[str, Any]:
        number = int(cursor or 0)
        following = str(number + 1) if number + 1 < len(pages) else ""
        return {"Listed": {"rows": pages[number][:most], "next": following}}

    return list_answers


def test_list_goes_through_all_pages(running: Running, refrain: Callable[..., Result]) -> None:
    """Empty ones too; each row is a line, under the digest that `get` takes."""
    sample = {**ROW, "sample": 3}
    running.replica.methods["list_answers"] = paged([[ROW], [], [sample]])
    result = refrain("cache", "list", "--json")
    first, second = [json.loads(line) for line in result.stdout.splitlines()]
    assert (first, result.exit_code) == ({**ROW, "slot_digest": DIGEST}, 0)
    assert second == {**sample, "slot_digest": sample_digest(DIGEST, 3)}
    cursors = [told[3] for told in running.replica.told if told[2:3] == ("list_answers",)]
    assert cursors == [["", "", 100], ["", "1", 100], ["", "2", 100]]


def test_list_stops_at_its_limit(running: Running, refrain: Callable[..., Result]) -> None:
    """No further page is asked for, and no page is larger than needed."""
    running.replica.methods["list_answers"] = paged([[ROW, ROW], [ROW, ROW]])
    result = refrain("cache", "list", "--namespace", "public", "--limit", "2")
    assert len(result.stdout.splitlines()) == 2
    cursors = [told[3] for told in running.replica.told if told[2:3] == ("list_answers",)]
    assert cursors == [["public", "", 2]]


def test_a_row_for_a_person() -> None:
    """Digest, age, what is left of its life, size, and what it is; a failure has no model."""
    listed = {**ROW, "slot_digest": DIGEST}
    assert list_line(listed, 1_000 + 7_200) == (
        f"{DIGEST}    2 h old  22 h left   83 bytes  toy@1:none · single_node · public · tags geo"
    )
    failure = {"kind": "failure", "model": "", "trust": "", "tags": "", "sample": 2}
    line = list_line({**listed, **failure, "hidden": "purged"}, 1e6)
    assert line.endswith("expired   83 bytes  failure · public · sample 2 · purged")


def test_a_refused_list_is_typed(running: Running, refrain: Callable[..., Result]) -> None:
    """With --json the refusal is on standard output; the exit code is 1 in both cases."""
    running.replica.methods["list_answers"] = lambda *_: {"Refused": {"NotAllowed": "no"}}
    result = refrain("cache", "list", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "refused": {"NotAllowed": "no"},
        "message": "NotAllowed: no",
    }
    assert "NotAllowed: no" in result.stderr
