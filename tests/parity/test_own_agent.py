"""Our agent at a live gateway: certificates and query signatures under the gateway's root key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from refrain.agent.agent import Agent, root_key_at
from refrain.agent.code_install import put_code
from refrain.agent.faults import Untrusted
from refrain.agent.identity import KeyIdentity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.parity.runtimes import Runtime

OWNER = KeyIdentity(Ed25519PrivateKey.from_private_bytes(bytes(32)))
NOTHING = b"DIDL\x00\x00"


@pytest.fixture
def gateway() -> Iterator[tuple[str, str]]:
    """The URL of a live instance with a root key, and a canister there that the agent owns."""
    import ic  # noqa: PLC0415 (beside the client)
    from pocket_ic import PocketIC, SubnetConfig  # noqa: PLC0415 (it reads the environment)

    pic = PocketIC(SubnetConfig(nns=True, application=1))
    pic.set_sender(ic.Principal(OWNER.principal))
    canister = pic.create_canister().to_str()
    pic.server.instance_post("auto_progress", pic.instance_id, {"artificial_delay_ms": 0})
    wanted = {"forward_to": {"PocketIcInstance": pic.instance_id}}
    made = pic.server.request_client.post(f"{pic.server.url}/http_gateway", json=wanted)
    yield f"http://127.0.0.1:{made.json()['Created']['port']}", canister
    pic.server.delete_instance(pic.instance_id)
    pic.server.request_client.close()
    pic.server.delete_instance = lambda _number: None


def test_our_agent_installs_calls_and_queries(gateway: tuple[str, str], runtime: Runtime) -> None:
    """A module in chunks, a verified update, a verified query, a reject in its own words."""
    url, canister = gateway
    agent = Agent(url, root_key_at(url), OWNER)
    put_code(agent, canister, runtime.module("cache"), lambda _told: None, "install")
    assert agent.update(canister, "writers", NOTHING).startswith(b"DIDL")
    assert agent.query(canister, "counters", NOTHING).startswith(b"DIDL")
    with pytest.raises(Exception, match="has no query method 'no_such'"):
        agent.query(canister, "no_such", NOTHING)


@pytest.mark.usefixtures("runtime")
def test_our_agent_trusts_no_other_root_key(gateway: tuple[str, str]) -> None:
    """A query that another network's key vouches for is not believed."""
    url, canister = gateway
    with pytest.raises(Untrusted):
        Agent(url, bytes(133), OWNER).query(canister, "counters", NOTHING)
