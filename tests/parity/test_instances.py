"""Instances: each a network of its own, behind one server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.parity.dapps import OPERATOR, principal

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps
    from tests.parity.pocket import Pocket

APPLICATION_NODES = 13


def test_topology_has_one_application_subnet(pocket: Pocket) -> None:
    """The default is one subnet of application kind, with a range that new canisters come from."""
    topology = pocket.get("read/topology")
    [(subnet, config)] = topology["subnet_configs"].items()
    assert config["subnet_kind"] == "Application"
    assert len(config["canister_ranges"]) >= 1
    assert topology["default_effective_canister_id"]["canister_id"]
    assert [each.to_str() for each in pocket.pic.topology()] == [subnet]


def test_canister_lives_on_the_subnet_and_has_its_controller(dapps: Dapps) -> None:
    """A created canister is found on the subnet; who was never created is nowhere."""
    pic = dapps.pocket.pic
    [subnet] = pic.topology()
    assert pic.get_subnet(dapps.ids["cache"]).to_str() == subnet.to_str()
    assert not pic.check_canister_exists(principal("nobody"))
    body = {"canister_id": dapps.pocket.canister_json(dapps.ids["cache"])}
    [controller] = dapps.pocket.post("read/get_controllers", body)
    assert controller["principal_id"] == dapps.pocket.canister_json(OPERATOR)


def test_unknown_canister_has_no_cycles(pocket: Pocket) -> None:
    """Asking for the balance of what does not exist is refused by name."""
    with pytest.raises(ConnectionError, match="CanisterNotFound"):
        pocket.pic.get_cycles_balance(principal("nobody"))


def test_empty_canister_has_no_stable_memory(dapps: Dapps) -> None:
    """There is nothing to read before something is installed."""
    with pytest.raises(ConnectionError, match="CanisterIsEmpty"):
        dapps.pocket.pic.get_stable_memory(dapps.management.create())


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_stable_memory_moves_from_one_cache_to_another(
    dapps: Dapps, compression: str | None
) -> None:
    """A copy of the stable memory, once its heap is rebuilt by an upgrade, serves the answers."""
    import gzip  # noqa: PLC0415 (for one case)

    first = dapps.answered("a", "x")
    memory = dapps.pocket.pic.get_stable_memory(dapps.ids["cache"])
    assert len(memory) % 65_536 == 0
    other = dapps.management.create()
    dapps.management.install(other, dapps.runtime.module("cache"))
    blob = gzip.compress(memory) if compression else memory
    dapps.pocket.pic.set_stable_memory(other, blob, compression)
    dapps.management.install(other, dapps.runtime.module("cache"), "upgrade")
    dapps.pocket.settle()
    dapps.ids["cache"] = other
    dapps.pocket.transcript.learn("cache", other)
    found = dapps.query("cache", "lookup_digest", first["digest"])
    assert found["Hit"]["answer"] == first["answer"]


def test_two_instances_know_nothing_of_each_other(pocket: Pocket) -> None:
    """Time that passes in one stands still in another of the same server."""
    from pocket_ic import SubnetConfig  # noqa: PLC0415 (as the fixture)

    server = pocket.pic.server
    config = SubnetConfig(application=2, nns=True)
    number = server.new_instance(config._json())
    pocket.advance(100)
    other = server.instance_get("read/get_time", number)["nanos_since_epoch"]
    assert other < pocket.now_ns() - 99 * 10**9
    kinds = server.instance_get("read/topology", number)["subnet_configs"].values()
    assert sorted(each["subnet_kind"] for each in kinds) == ["Application", "Application", "NNS"]
    server.delete_instance(number)
    with pytest.raises(ConnectionError, match=r"(?i)not found|deleted"):
        server.instance_get("read/get_time", number)
