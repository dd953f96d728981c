"""`data_certificate` in queries of PocketIC's interface."""

from __future__ import annotations

import base64
from contextlib import closing
from typing import TYPE_CHECKING

from kybra_replica.candid.decode import decode
from kybra_replica.candid.model import Opt, Primitive, TypeTable, Vec
from kybra_replica.kernel.principals import ANONYMOUS, bytes_of
from kybra_replica.pocket_ic import calls
from kybra_replica.pocket_ic.instance import Instance, Settings
from kybra_replica.pocket_ic.subnets import Subnets
from refrain.agent.certificate import verified
from tests.replica.conftest import toy_program

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica


def certified(replica: Replica) -> str:
    """Make a canister that certified some data."""
    canister = replica.create_canister()
    replica.install(canister, toy_program("clockwork"))
    replica.update(canister, "certify", b"root")
    return canister


def test_a_query_gets_a_certificate_below_the_root_subnets_key() -> None:
    """Signed by the first subnet for its own canister, at the instance's time."""
    with closing(Instance(Settings(Subnets(["NNS", "Application"])))) as instance:
        canister = instance.do(certified)
        body = {
            "sender": base64.b64encode(bytes_of(ANONYMOUS)).decode(),
            "canister_id": base64.b64encode(bytes_of(canister)).decode(),
            "method": "certificate",
            "payload": base64.b64encode(b"DIDL\x00\x00").decode(),
        }
        answer = instance.do(lambda replica: calls.query(instance, replica, body))
        now_ns = instance.clock.now_ns()
        root_key = instance.subnets.signing.root.der
    raw = decode(base64.b64decode(answer["Ok"]), (Opt(Vec(Primitive("nat8"))),), TypeTable())[0]
    certificate = verified(raw, root_key, bytes_of(canister), now_ns)
    path = (b"canister", bytes_of(canister), b"certified_data")
    assert certificate.leaf(*path) == b"root"
