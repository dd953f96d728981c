"""`data_certificate` in queries over HTTP: real, of this canister, and only where one is due."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Opt, Primitive, TypeTable, Vec
from kybra_replica.ic_http.interface import IcInterface
from kybra_replica.kernel.principals import bytes_of
from kybra_replica.live import LiveReplica
from refrain.agent.certificate import verified
from tests.replica.conftest import toy_program
from tests.unit.ic_http.conftest import ANONYMOUS_TEXT, Served, read
from tests.unit.ic_http.signed_requests import message
from tests.unit.ic_http.test_certificates import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.candid.model import CandidType
    from kybra_replica.ic_http.subnet_keys import SubnetKeys

CERTIFICATE: tuple[CandidType, ...] = (Opt(Vec(Primitive("nat8"))),)


@pytest.fixture(scope="module", params=[False, True], ids=["root", "delegated"])
def signing(request: pytest.FixtureRequest) -> SubnetKeys:
    """Once the root key signs by itself, once it delegates."""
    return keys(delegated=request.param)


@pytest.fixture(scope="module")
def clock(signing: SubnetKeys) -> Iterator[Served]:
    """The toy `clockwork`, which certified some data."""
    with LiveReplica() as replica:
        canister = replica.create_canister(controller=ANONYMOUS_TEXT)
        replica.install(canister, toy_program("clockwork"), sender=ANONYMOUS_TEXT)
        replica.update(canister, "certify", [b"root"], ANONYMOUS_TEXT)
        yield Served(replica, IcInterface(replica, signing), canister)


def certificate_in(reply: bytes) -> bytes | None:
    """What the canister got."""
    held: bytes | None = decode(reply, CERTIFICATE, TypeTable())[0]
    return held


def test_a_query_over_http_gets_a_certificate_of_its_canisters_data(
    clock: Served, signing: SubnetKeys
) -> None:
    """Verified as an agent verifies it, for this canister's own path."""
    arg = encode((), (), TypeTable())
    answer = read(clock.post(message("query", method="certificate", arg=arg)))
    raw = certificate_in(answer["reply"]["arg"])
    assert raw is not None
    canister = bytes_of(clock.canister)
    certificate = verified(raw, signing.root.der, canister, time.time_ns())
    assert certificate.leaf(b"canister", canister, b"certified_data") == b"root"


def test_a_query_run_as_an_update_gets_none(clock: Served) -> None:
    """Nodes that must agree can't each show a certificate; nor does one asked from Python."""
    assert clock.replica.update(clock.canister, "certificate", [], ANONYMOUS_TEXT) is None
    assert clock.replica.query(clock.canister, "certificate", [], ANONYMOUS_TEXT) is None
