"""The quotas as kybra-simple-db rows; `Rows.quotas` is their copy in the heap."""

from batcher_core.quotas import Limits
from batcher_entities import TenantQuota, delete, find


def load_quotas() -> "dict[str, Limits]":
    """Read all quotas, by their tenants."""
    return {
        row.tenant or "": Limits(
            _number(row.requests),
            _number(row.cycles),
            _number(row.waiting),
            tuple((row.models or "").split()),
        )
        for row in TenantQuota.instances()
    }


def keep_quota(tenant: str, limits: Limits) -> None:
    """Keep a tenant's quota in place of the one it had."""
    row = find(TenantQuota, "tenant", tenant)
    if row is None:
        row = TenantQuota(tenant=tenant)
    row.requests = _text(limits.requests)
    row.cycles = _text(limits.cycles)
    row.waiting = _text(limits.waiting)
    row.models = " ".join(limits.models)


def forget_quota(tenant: str) -> None:
    """Delete a tenant's quota."""
    delete(find(TenantQuota, "tenant", tenant))


def _number(text: "str | None") -> "int | None":
    return int(text) if text else None


def _text(number: "int | None") -> str:
    return "" if number is None else str(number)
