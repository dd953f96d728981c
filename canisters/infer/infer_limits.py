"""The bounds that controllers set on this canister's work, and how near to them it is."""

from typing import Any, cast

from kybra import ic, query, update

from infer_admin import refused
from infer_core.provider_health import HEALTHY
from infer_core.shard_choice import count_held, lease_keys
from infer_core.work_budgets import PLATFORM_INSTRUCTIONS, budgets_from, refuse_budgets
from infer_events import note_configured
from infer_registry import known_providers, listed_controllers, listed_writers
from infer_settings import stated
from lease_table import lease_table
from provider_healths import healths, well_in_s
from provider_pace import rates_milli
from refrain_api.infer_status_records import InferStatusResult, WorkBudgets
from refrain_api.refusal_variants import Done
from refrain_core.access import refuse_unless_controller, refuse_unless_listed
from work_counts import meter


@update
def set_budgets(budgets: WorkBudgets) -> Done:
    """Bound rounds, prompts and this canister's own work (controllers); upgrades keep it."""
    record: Any = budgets
    refusal = refuse_unless_controller(str(ic.caller()), listed_controllers)
    refusal = refusal or refuse_budgets(record)
    if refusal is not None:
        return refused(refusal)
    stated.state_budgets(budgets_from(record))
    note_configured("set_budgets")
    return {"Ok": "budgets"}


@query
def status() -> InferStatusResult:
    """Show the work of each step and the state of each provider (controllers and writers)."""
    served = (*listed_writers, *listed_controllers)
    refusal = refuse_unless_listed(str(ic.caller()), served, "writer")
    return cast("InferStatusResult", {"Status": _status()} if refusal is None else refused(refusal))


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
