"""A canister's public facts, as the replica's thread reads them for the state tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.ic_http.state_facts import CanisterFacts, Section
from kybra_replica.kernel.principals import bytes_of

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister


def facts_of(canister: Canister) -> CanisterFacts:
    """Controllers, and of the module its hash and custom sections."""
    controllers = tuple(bytes_of(text) for text in canister.controllers)
    module = canister.module
    if module is None:
        return CanisterFacts(controllers)
    sections = {
        name: Section(section.content, section.is_public)
        for name, section in module.metadata.items()
    }
    return CanisterFacts(controllers, bytes.fromhex(module.sha256), sections)
