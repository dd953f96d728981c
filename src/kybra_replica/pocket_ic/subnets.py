"""The subnets of an instance: names and canister ranges over one replica."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http.self_authenticating import principal_of
from kybra_replica.kernel.principals import canister_id, text_of
from kybra_replica.pocket_ic import fields, keys
from kybra_replica.pocket_ic.faults import PocketIcError, malformed, subnet_not_found

if TYPE_CHECKING:
    from collections.abc import Sequence

CANISTERS_PER_SUBNET = 1 << 20

SIZES = {
    "Application": 13,
    "VerifiedApplication": 13,
    "System": 13,
    "Bitcoin": 13,
    "Fiduciary": 34,
    "SNS": 34,
    "II": 34,
    "NNS": 40,
}
"""Nodes of each kind of subnet, as PocketIC has them; the first kinds hold new canisters."""

_NAMED = {"nns": "NNS", "sns": "SNS", "ii": "II", "fiduciary": "Fiduciary", "bitcoin": "Bitcoin"}
_COUNTED = {
    "system": "System",
    "application": "Application",
    "verified_application": "VerifiedApplication",
}


@dataclass(frozen=True)
class Subnet:
    """One subnet: its kind, its place among the ranges of canister ids, its public key."""

    kind: str
    place: int
    public_key: bytes

    @property
    def subnet_id(self) -> bytes:
        """The principal that belongs to the public key."""
        return principal_of(self.public_key)

    @property
    def first(self) -> bytes:
        """The first canister id of the range."""
        return canister_id(self.place * CANISTERS_PER_SUBNET)

    @property
    def last(self) -> bytes:
        """The last canister id of the range."""
        return canister_id((self.place + 1) * CANISTERS_PER_SUBNET - 1)

    def shown(self) -> dict[str, Any]:
        """The subnet's configuration in the topology."""
        size = SIZES[self.kind]
        return {
            "subnet_kind": self.kind,
            "subnet_seed": list(hashlib.sha256(self.public_key).digest()),
            "instruction_config": "Production",
            "canister_ranges": [{"start": _canister(self.first), "end": _canister(self.last)}],
            "node_ids": [{"node_id": fields.base64(self._node_id(node))} for node in range(size)],
            "size": size,
        }

    def _node_id(self, node: int) -> bytes:
        return principal_of(self.public_key + node.to_bytes(2, "big"))


class Subnets:
    """Every subnet of an instance; new canisters come to the first."""

    def __init__(self, kinds: Sequence[str]) -> None:
        """Make the subnets of `kinds`, in that order of canister ranges."""
        made = keys.bls_keys(len(kinds))
        self.signing = keys.signing_keys(kinds, made)
        pairs = enumerate(zip(kinds, made, strict=True))
        self.all = [Subnet(kind, place, key.der) for place, (kind, key) in pairs]

    @property
    def default(self) -> Subnet:
        """Where a canister is made that is asked for nowhere."""
        return self.all[0]

    def find(self, subnet_id: bytes) -> Subnet | None:
        """The subnet of that id."""
        return next((each for each in self.all if each.subnet_id == subnet_id), None)

    def get(self, subnet_id: bytes) -> Subnet:
        """The same; PocketIcError where there is none."""
        found = self.find(subnet_id)
        if found is None:
            raise subnet_not_found(subnet_id)
        return found

    def of_canister(self, canister: bytes) -> Subnet:
        """The subnet in whose range a canister's id lies; the default for any other."""
        fitting = (each for each in self.all if each.first <= canister <= each.last)
        return next(fitting, self.default)

    def topology(self) -> dict[str, Any]:
        """What the clients call the topology."""
        return {
            "subnet_configs": {text_of(each.subnet_id): each.shown() for each in self.all},
            "default_effective_canister_id": _canister(self.default.first),
        }


def kinds_asked_for(config: fields.Body) -> list[str]:
    """The kinds of subnets that a new instance's configuration names, where canisters go first.

    Raises PocketIcError for a subnet whose state is to be read from a folder of PocketIC's own.
    """
    asked = [kind for name, kind in _NAMED.items() if _fresh(config.get(name))]
    for name, kind in _COUNTED.items():
        asked += [kind for spec in fields.items(config, name) if _fresh(spec)]
    if fields.items(config, "cloud_engine"):
        raise PocketIcError("Cloud engines are not emulated: ask for an application subnet")
    order = list(SIZES)
    return sorted(asked, key=order.index)


def _fresh(spec: Any) -> bool:
    if spec is None or spec is False:
        return False
    if not isinstance(spec, dict):
        raise malformed("a subnet is an object with `state_config`")
    if spec.get("state_config", "New") != "New":
        raise PocketIcError("A subnet starts empty here: its `state_config` must be New")
    return True


def _canister(raw: bytes) -> dict[str, str]:
    return {"canister_id": fields.base64(raw)}
