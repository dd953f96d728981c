"""What a running network has done, as one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refrain.client.connection import Connection


def report(connection: Connection) -> dict[str, Any]:
    """Gather the canisters' counts, cycles and traffic; raises as `Network` does."""
    facts = {
        name: connection.network.status(canister) for name, canister in connection.canisters.items()
    }
    return {
        "url": connection.url,
        "ic_url": connection.ic_url,
        "root_key": connection.root_key,
        "pid": connection.pid,
        "model": connection.model,
        "model_note": connection.model_note,
        "operator": connection.operator,
        "canisters": connection.canisters,
        "status": {name: fact["status"] for name, fact in facts.items()},
        "cycles": {name: fact["cycles"] for name, fact in facts.items()},
        "counts": {
            name: connection.query(name, "counters")
            for name, fact in facts.items()
            if fact["status"] == "running"
        },
        "traffic": connection.network.traffic(),
    }
