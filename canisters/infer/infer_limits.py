"""The bounds that controllers set on this canister's work, and how near to them it is."""

from typing import Any, cast

from kybra import Vec, ic, query, text, update

from infer_access import is_from_controller, strangers_refusal, unserved_refusal
from infer_admin import refused
from infer_core.provider_health import HEALTHY
from infer_core.shard_choice import count_held, lease_keys
from infer_core.spend_limits import MOST_LIMITED, Limits, refuse_limits
from infer_core.work_budgets import PLATFORM_INSTRUCTIONS, budgets_from, refuse_budgets
from infer_events import note_configured
from infer_registry import known_providers, listed_writers
from infer_settings import stated
from lease_table import lease_table
from provider_healths import healths, well_in_s
from provider_pace import rates_milli
from refrain_api.infer_status_records import InferStatusResult, UseLimits, UseRow, WorkBudgets
from refrain_api.refusal_variants import Done
from refrain_core.refusals import bad_request
from use_limits import PROVIDER, WRITER, limits_of, state_limits, used_of
from work_counts import meter


@update
def set_budgets(budgets: WorkBudgets) -> Done:
    """Bound rounds, prompts and this canister's own work (controllers); upgrades keep it."""
    record: Any = budgets
    refusal = strangers_refusal()
    refusal = refusal or refuse_budgets(record)
    if refusal is not None:
        return refused(refusal)
    stated.state_budgets(budgets_from(record))
    note_configured("set_budgets")
    return {"Ok": "budgets"}


@update
def set_limits(subject: text, limits: UseLimits) -> Done:
    """Limit the use of ``provider/NAME`` or ``writer/PRINCIPAL`` (controllers); 0 and 0 lift it."""
    record: Any = limits
    refusal = strangers_refusal()
    refusal = refusal or _refuse_subject(subject) or refuse_limits(record)
    if refusal is not None:
        return refused(refusal)
    state_limits(subject, Limits(record["calls_per_minute"], record["cycles_per_day"]))
    kind, _, name = subject.partition("/")
    note_configured("set_limits", name if kind == PROVIDER else "")
    return {"Ok": subject}


@query
def usage() -> Vec[UseRow]:
    """List to controllers what is limited, and how much of it is used; to others nothing."""
    if not is_from_controller():
        return []
    return [_use_row(subject) for subject in sorted(limits_of)]


@query
def status() -> InferStatusResult:
    """Show the work of each step and the state of each provider (controllers and writers)."""
    refusal = unserved_refusal()
    return cast("InferStatusResult", {"Status": _status()} if refusal is None else refused(refusal))


def _refuse_subject(subject: str) -> dict[str, Any] | None:
    if subject in limits_of:
        return None
    kind, _, name = subject.partition("/")
    listed: Any = {PROVIDER: known_providers, WRITER: listed_writers}.get(kind, ())
    if name not in listed:
        return bad_request("subject: name provider/NAME or writer/PRINCIPAL, one that is listed")
    if len(limits_of) >= MOST_LIMITED:
        return bad_request(f"{MOST_LIMITED} limits are the most: lift one first, by 0 and 0")
    return None


def _use_row(subject: str) -> UseRow:
    limits, used = limits_of[subject], used_of(subject)
    return {
        "subject": subject,
        "calls_per_minute": limits.calls_per_minute,
        "calls_this_minute": used.calls,
        "cycles_per_day": limits.cycles_per_day,
        "cycles_today": used.cycles,
    }


def _status() -> dict[str, Any]:
    now_ns = ic.time()
    return {
        "budgets": stated.budgets._asdict(),
        "subnet_nodes": stated.nodes,
        "platform_instructions": PLATFORM_INSTRUCTIONS,
        "steps": meter.rows(stated.budgets),
        "providers": [_provider(name, now_ns) for name in sorted(known_providers)],
    }


def _provider(name: str, now_ns: int) -> dict[str, Any]:
    keys = lease_keys(known_providers[name])
    health = healths.get(name, HEALTHY)
    return {
        "name": name,
        "circuit": health.state,
        "failures_in_a_row": health.failures,
        "well_in_s": well_in_s(name, now_ns),
        "pace_milli": rates_milli.get(name, 0),
        "shards": len(keys),
        "shards_leased": count_held(lease_table.leases, keys, now_ns),
    }
