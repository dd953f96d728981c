"""The endpoints of quotas: set and listed by controllers, and each tenant's own standing."""

from typing import Any, cast

from kybra import Vec, ic, query, text, update

from admitting import refuse_stranger
from batcher_access import strangers_refusal
from batcher_core.quotas import Limits
from batcher_rows import rows
from batcher_state import quotas as counts
from quota_desk import DEFAULT, limits_of, list_waiting, waiting
from quota_rows import forget_quota, keep_quota
from refrain_api.caller_texts import caller_text
from refrain_api.quota_records import Quota, QuotaResult
from refrain_api.refusal_variants import Done
from refrain_core.access import is_principal_text
from refrain_core.refusals import bad_request

MAX_QUOTAS = 1_000
MAX_MODELS_CHARACTERS = 1_200


@update
def set_quota(quota: Quota) -> Done:
    """Limit what a tenant may use, or "default": all who have no quota of their own."""
    record = cast("dict[str, Any]", quota)
    refusal = strangers_refusal() or _refuse_quota(record)
    if refusal is not None:
        return cast("Done", {"Refused": refusal})
    limits = Limits(
        record["requests_per_hour"],
        record["cycles_per_day"],
        record["waiting_tickets"],
        tuple(record["models"]),
    )
    keep_quota(record["tenant"], limits)
    rows.quotas[record["tenant"]] = limits
    list_waiting()
    return {"Ok": "set"}


@update
def remove_quota(tenant: text) -> Done:
    """Take a tenant's own quota away: the default one holds for it then, if there is one."""
    refusal = strangers_refusal()
    if refusal is not None:
        return cast("Done", {"Refused": refusal})
    forget_quota(tenant)
    rows.quotas.pop(tenant, None)
    list_waiting()
    return {"Ok": "removed"}


@query
def quotas() -> Vec[Quota]:
    """List the quotas, for a controller; for others the list is empty."""
    if strangers_refusal() is not None:
        return []
    return [_record(tenant, rows.quotas[tenant]) for tenant in sorted(rows.quotas)]


@query
def quota() -> QuotaResult:
    """Say what the caller may use, and what it has used of that; without a limit nothing counts."""
    caller, now_ns = caller_text(), ic.time()
    refusal = refuse_stranger(caller)
    if refusal is not None:
        return cast("QuotaResult", {"Refused": refusal})
    tenant = caller if caller in rows.quotas else DEFAULT
    standing = {
        "quota": _record(tenant, limits_of(caller) or Limits()),
        "requests": counts.requests.used(caller, now_ns),
        "cycles": counts.cycles.used(caller, now_ns),
        "waiting": waiting(caller),
        "hour_ends_ns": counts.requests.ends_ns(now_ns),
        "day_ends_ns": counts.cycles.ends_ns(now_ns),
    }
    return cast("QuotaResult", {"Quota": standing})


def _record(tenant: str, limits: Limits) -> Quota:
    return {
        "tenant": tenant,
        "requests_per_hour": limits.requests,
        "cycles_per_day": limits.cycles,
        "waiting_tickets": limits.waiting,
        "models": list(limits.models),
    }


def _refuse_quota(record: dict[str, Any]) -> "dict[str, Any] | None":
    tenant, models = record["tenant"], record["models"]
    if tenant != DEFAULT and not is_principal_text(tenant):
        return bad_request(f'tenant: a principal, or "{DEFAULT}"')
    if not all(model and model.isascii() and len(model.split()) == 1 for model in models):
        return bad_request("models: names without blanks, such as refrain models lists")
    if len(" ".join(models)) > MAX_MODELS_CHARACTERS:
        return bad_request(f"models: up to {MAX_MODELS_CHARACTERS} characters in all")
    if len(rows.quotas) >= MAX_QUOTAS and tenant not in rows.quotas:
        return bad_request(f"there are {MAX_QUOTAS} quotas: remove one first")
    return None
