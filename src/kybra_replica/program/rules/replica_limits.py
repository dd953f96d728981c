"""What Kybra has and the embedded replica does not provide yet: refused before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.program.annotations import is_async
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.methods import method_sites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import SourceFile

HEARTBEAT = Rule("replica-heartbeat", "refused")
COMPOSITE_QUERY = Rule("replica-composite-query", "refused")


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about methods that the replica could not serve."""
    for site in method_sites(file.tree):
        if site.decorator == "heartbeat":
            message = f"the embedded replica has no heartbeat: give {site.name} to a timer"
            yield HEARTBEAT.at(file.path, site.node, message)
        if site.decorator == "query" and is_async(site.node.returns):
            message = f"the embedded replica has no composite queries: make {site.name} an update"
            yield COMPOSITE_QUERY.at(file.path, site.node, message)
