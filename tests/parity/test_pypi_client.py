"""The methods of `pocket-ic` itself, as its own examples use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.parity.dapps import OPERATOR, STRANGER
from tests.parity.management import CANISTER, encoded
from tests.parity.runtimes import ROOT

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps
    from tests.parity.pocket import Pocket

CACHE_DID = (ROOT / "canisters" / "cache" / "cache.did").read_text(encoding="utf-8")
DIGEST = "0" * 64


def test_client_creates_and_fills_canisters(pocket: Pocket) -> None:
    """Without settings, with an amount added, and known by `check_canister_exists`."""
    pic = pocket.pic
    canister = pic.create_canister()
    assert pic.check_canister_exists(canister)
    before = pic.get_cycles_balance(canister)
    assert pic.add_cycles(canister, 12_345) == before + 12_345


def test_client_calls_a_canister_by_its_candid(dapps: Dapps) -> None:
    """Its Canister object has the methods, and its sender is who calls."""
    import ic  # noqa: PLC0415 (beside the client)

    pic = dapps.pocket.pic
    cache = ic.Canister(pic, dapps.ids["cache"], CACHE_DID)
    pic.set_sender(OPERATOR)
    assert cache.remove(DIGEST) == [{"Ok": "nothing was stored"}]
    assert cache.counters()[0]["entries"] == 0
    pic.set_sender(STRANGER)
    assert set(cache.allow_writer(STRANGER.to_str())[0]["Refused"]) == {"NotAllowed"}
    pic.set_anonymous_sender()
    assert set(cache.allow_writer(STRANGER.to_str())[0]["Refused"]) == {"NotAllowed"}


def test_client_tells_rejects_as_value_errors(dapps: Dapps) -> None:
    """Code and text of a reject are in the error that the client raises."""
    pic = dapps.pocket.pic
    with pytest.raises(ValueError, match=r"reject code CanisterError, .*no_such"):
        pic.query_call(dapps.ids["cache"], "no_such", b"DIDL\x00\x00")
    with pytest.raises(ValueError, match="error code CanisterInvalidController"):
        pic.update_call(None, "stop_canister", encoded(CANISTER, {"canister_id": cache_of(dapps)}))


def cache_of(dapps: Dapps) -> bytes:
    """The cache's principal."""
    return bytes(dapps.ids["cache"].bytes)


def test_client_knows_no_root_key_without_an_nns(pocket: Pocket) -> None:
    """The default instance has one application subnet only."""
    assert pocket.pic.get_root_key() is None


@pytest.mark.usefixtures("runtime")
def test_client_reads_the_root_key_of_an_nns() -> None:
    """With an NNS subnet it is that subnet's key."""
    from pocket_ic import PocketIC, SubnetConfig  # noqa: PLC0415 (it reads the environment)

    pic = PocketIC(SubnetConfig(nns=True, application=1))
    key = pic.get_root_key()
    subnets = pic.topology()
    second = pic.create_canister(subnet=next(iter(subnets)))
    third = pic.create_canister(subnet=list(subnets)[1])
    assert [pic.get_subnet(each).to_str() for each in (second, third)] == [
        subnet.to_str() for subnet in subnets
    ]
    pic.server.delete_instance(pic.instance_id)
    pic.server.request_client.close()
    pic.server.delete_instance = lambda _number: None
    assert key is not None
    assert len(key) == 133
