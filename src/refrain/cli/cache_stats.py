"""`refrain cache stats`: what the cache has done, and what it saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from refrain.cli.namespace_option import namespace_option
from refrain.cli.options import json_option, state_option
from refrain.cli.screen import counted, duration, show, show_json, sized
from refrain.client.cache_stats import cache_stats
from refrain.client.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refrain.state.folder import StateFolder

_MILLISECONDS = 1000
_MOST_SCOPES = 10
_DAY_S = 86_400
_PPM_IN_A_PERCENT = 10_000


@click.command("stats")
@namespace_option("--tenant", "Of this namespace alone: a principal, public or shared:NAME.")
@state_option
@json_option
def stats_command(folder: StateFolder, as_json: bool, namespace: str | None) -> None:  # noqa: FBT001 - click's way
    """Show hits and misses, what is stored, what it saved, and the settings.

    Fetches are counted: what the batcher looks up for its askers. Queries are free and uncounted.
    """
    facts = cache_stats(connect(folder), namespace)
    if as_json:
        show_json(facts)
        return
    for line in stats_lines(facts):
        show(line)


def stats_lines(facts: dict[str, Any]) -> list[str]:
    """The report for a person."""
    counts = facts["counts"]
    rows = [
        ("of", facts["namespace"] or "the whole cache"),
        ("fetches", _fetches(facts)),
        ("misses", _told(facts["misses_by_reason"].items())),
        ("besides", _besides(counts)),
        ("stored", _stored(facts)),
        ("changes", _changes(counts)),
        ("saved", _saved(counts)),
        ("settings", _settings(facts)),
        ("policies", _policies(facts.get("policies"))),
        *(("hidden", line) for line in _hidden(facts["hidden_scopes"])),
        ("index", _rebuilding(counts["rebuilding"])),
    ]
    return [f"{name:10}{text}" for name, text in rows if text]


def _fetches(facts: dict[str, Any]) -> str:
    counts, ratio = facts["counts"], facts["hit_ratio"]
    if ratio is None:
        return "none yet"
    misses = counts["misses"]
    return (
        f"{counted(counts['hits'], 'hit')} ({100 * ratio:.1f} %),"
        f" {misses:,} {'miss' if misses == 1 else 'misses'}"
    )


def _besides(counts: dict[str, int]) -> str:
    stale, failures, touched = counts["stale"], counts["negatives"], counts["touched"]
    told = {
        "hits with a stale answer": stale,
        "failures served as remembered": failures,
        "answers touched": touched,
    }
    return _told(told.items())


def _stored(facts: dict[str, Any]) -> str:
    counts, settings = facts["counts"], _bounds(facts)
    return (
        f"{_of(counts['entries'], settings['max_entries'], '{:,}')} answers,"
        f" {sized(counts['bytes'])}{_limit(settings['max_bytes'])}"
    )


def _changes(counts: dict[str, int]) -> str:
    names = {"puts": "stored", "evictions": "evicted", "removals": "removed", "freed": "swept"}
    return _told((told, counts[name]) for name, told in names.items())


def _saved(counts: dict[str, int]) -> str:
    if not counts["hits"]:
        return ""
    return ", ".join(
        [
            counted(counts["tokens_saved"], "token"),
            counted(counts["cycles_saved"], "cycle"),
            f"{duration(counts['ms_saved'] / _MILLISECONDS)} of waiting",
            f"{sized(counts['bytes_served'])} served",
        ]
    )


def _settings(facts: dict[str, Any]) -> str:
    settings = facts["settings"]
    told = [
        f"answers of up to {sized(settings['max_answer_bytes'])}",
        f"fresh for {_lifetime(settings['default_ttl_s'])} unless asked otherwise",
    ]
    own = facts.get("namespace_settings")
    return ", ".join([*told, f"policy {own['policy']}"] if own else told)


def _policies(report: dict[str, Any] | None) -> str:
    """What each policy would have hit, and what to do about it."""
    if report is None:
        return ""
    samples, needed = report["samples"], report["samples_needed"]
    if samples < needed:
        return f"{report['recommended']}: {samples:,} of {needed:,} that a comparison needs"
    ratios = [
        f"{one['policy']} {one['hit_ppm'] / _PPM_IN_A_PERCENT:.1f} %" for one in report["would_be"]
    ]
    is_best = report["recommended"] == report["policy"]
    advice = f"{'keep' if is_best else 'choose'} {report['recommended']}"
    return f"would have hit {', '.join(ratios)} of {samples:,} sampled: {advice}"


def _bounds(facts: dict[str, Any]) -> dict[str, int]:
    """The bounds of all caches together; a namespace without its own has the whole's."""
    bounds = {name: facts["settings"][name] for name in ("max_entries", "max_bytes")}
    own = facts.get("namespace_settings", {})
    caches = facts.get("caches", 1)
    return {name: caches * (own.get(name) or most) for name, most in bounds.items()}


def _hidden(scopes: list[dict[str, str]]) -> Iterator[str]:
    for scope in scopes[:_MOST_SCOPES]:
        is_taint = scope["since"] == "tainted"
        name = scope["scope"].removeprefix("tainted/") if is_taint else scope["scope"]
        yield f"voter {name}, tainted" if is_taint else f"{name}, up to put {scope['since']}"
    if len(scopes) > _MOST_SCOPES:
        yield f"and {len(scopes) - _MOST_SCOPES:,} scopes more (--json names them)"


def _rebuilding(banks: int) -> str:
    if not banks:
        return ""
    return f"being rebuilt after an upgrade: {counted(banks, 'bank')} left; lookups work"


def _told(counts: Any) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts if count)


def _of(count: int, most: int, form: str) -> str:
    return f"{form.format(count)} of at most {form.format(most)}"


def _limit(most: int) -> str:
    return f" of at most {sized(most)}"


def _lifetime(seconds: int) -> str:
    days, rest = divmod(seconds, _DAY_S)
    return counted(seconds, "second") if rest else counted(days, "day")
