"""The agent against a served replica, and against answers changed on their way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.certificates import BlsKey
from kybra_replica.ic_http.request_id import hash_of_map
from kybra_replica.ic_http.server import IcServer, application
from kybra_replica.kernel.principals import bytes_of, text_of
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.live import LiveReplica
from refrain.agent import agent as agent_module
from refrain.agent.agent import Agent, root_key_at
from refrain.agent.faults import NotAccepted, Unreachable, Untrusted
from refrain.agent.identity import Anonymous, Identity, KeyIdentity
from tests.replica.conftest import toy_program
from tests.unit.ic_http.test_certificates import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = (Primitive("text"),)
NAT64 = (Primitive("nat64"),)
NO_NAMES = TypeTable()
NOTHING = encode((), (), NO_NAMES)
ZERO = encode(NAT64, (0,), NO_NAMES)
IDENTITIES: dict[str, Callable[[], Identity]] = {
    "anonymous": Anonymous,
    "Ed25519": lambda: KeyIdentity(Ed25519PrivateKey.from_private_bytes(bytes(32))),
    "P-256": lambda: KeyIdentity(ec.derive_private_key(7, ec.SECP256R1())),
    "secp256k1": lambda: KeyIdentity(ec.derive_private_key(7, ec.SECP256K1())),
}
CANISTER_REJECT, CANISTER_ERROR = 4, 5


class Served(NamedTuple):
    """A replica's URL, with the toy `echo` in it."""

    url: str
    canister: str

    def agent(self, identity: Identity | None = None) -> Agent:
        """An agent that trusts the network."""
        return Agent(self.url, root_key_at(self.url), identity)


@pytest.fixture(scope="module", params=[False, True], ids=["root", "delegated"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Once under the root key itself, once under a subnet's that it delegates to."""
    with (
        LiveReplica() as replica,
        IcServer(application(replica, keys(delegated=request.param))) as server,
    ):
        canister = replica.create_canister(controller="2vxsx-fae")
        replica.install(canister, toy_program("echo"), sender="2vxsx-fae")
        yield Served(server.url, canister)


def argument(value: str) -> bytes:
    """One text in Candid."""
    return encode(TEXT, (value,), NO_NAMES)


def told(raw: bytes) -> Any:
    """The one text in a reply."""
    return decode(raw, TEXT, NO_NAMES)[0]


@pytest.mark.parametrize("kind", IDENTITIES)
def test_each_identity_is_known_to_the_canister(served: Served, kind: str) -> None:
    """Its signature is taken, and the canister sees its principal."""
    agent = served.agent(IDENTITIES[kind]())
    assert told(agent.query(served.canister, "whoami", NOTHING)) == text_of(agent.principal)
    assert told(agent.update(served.canister, "echo", argument("again"))) == "again"


def test_an_update_comes_back_certified(served: Served) -> None:
    """The reply is read out of the certificate."""
    agent = served.agent()
    assert decode(agent.update(served.canister, "take", ZERO), NAT64, NO_NAMES) == [0]


def test_rejects_keep_code_and_text(served: Served) -> None:
    """A canister's own reject, a trap, and a method that is not there."""
    agent = served.agent()
    with pytest.raises(Rejected) as refused:
        agent.update(served.canister, "refuse", argument("not today"))
    assert (refused.value.code, refused.value.message) == (CANISTER_REJECT, "not today")
    with pytest.raises(Rejected, match="boom") as trapped:
        agent.update(served.canister, "explode", argument("boom"))
    assert trapped.value.code == CANISTER_ERROR
    with pytest.raises(Rejected, match="no query method"):
        agent.query(served.canister, "nothing", argument(""))


def test_the_candid_of_a_canister_is_certified(served: Served) -> None:
    """As `icp` and the browser's Candid pages read it; what is not there is None."""
    agent = served.agent()
    assert b"echo" in (agent.metadata(served.canister, "candid:service") or b"")
    assert agent.metadata(served.canister, "nothing") is None


def test_another_networks_root_key_is_refused(served: Served) -> None:
    """Updates, queries and metadata alike."""
    agent = Agent(served.url, BlsKey(13).der)
    for ask in (agent.query, agent.update):
        with pytest.raises(Untrusted, match="root key"):
            ask(served.canister, "whoami" if ask == agent.query else "echo", argument("x"))
    with pytest.raises(Untrusted, match="root key"):
        agent.metadata(served.canister, "candid:service")


def changed_reply(answer: dict[str, Any]) -> None:
    """What a man in the middle would like to say."""
    answer["reply"] = {"arg": argument("a lie")}


def changed_to_reject(answer: dict[str, Any]) -> None:
    """A refusal that never was."""
    del answer["reply"]
    answer.update(status="rejected", reject_code=4, reject_message="go away")


def unsigned(answer: dict[str, Any]) -> None:
    """Nobody vouches for it."""
    answer["signatures"] = []


def signed_by_a_stranger(answer: dict[str, Any]) -> None:
    """A node of no subnet."""
    answer["signatures"][0]["identity"] = b"\x01" * 29


def from_yesterday(answer: dict[str, Any]) -> None:
    """An answer kept and shown again."""
    answer["signatures"][0]["timestamp"] -= 86_400 * 10**9


@pytest.mark.parametrize(
    "change", [changed_reply, changed_to_reject, unsigned, signed_by_a_stranger, from_yesterday]
)
def test_a_querys_answer_changed_on_its_way_is_not_told(
    served: Served, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], None]
) -> None:
    """Whatever is changed, the signature no longer holds."""
    agent = served.agent()
    post = agent._transport.post

    def changed(path: str, body: bytes) -> dict[str, Any] | None:
        answer = post(path, body)
        if path.endswith("/query") and answer is not None:
            change(answer)
        return answer

    monkeypatch.setattr(agent._transport, "post", changed)
    with pytest.raises(Untrusted):
        agent.query(served.canister, "whoami", NOTHING)


def test_every_changed_byte_of_a_certificate_is_noticed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte at a time, from end to end in steps: malformed or untrusted, never believed."""
    agent = served.agent()
    post = agent._transport.post
    kept = post_certificate(agent, served.canister)
    for at in range(3, len(kept), 29):
        bent = kept[:at] + bytes((kept[at] ^ 1,)) + kept[at + 1 :]
        monkeypatch.setattr(
            agent._transport, "post", lambda _path, _body, bent=bent: {"certificate": bent}
        )
        with pytest.raises(Untrusted):
            agent.metadata(served.canister, "candid:service")
    monkeypatch.setattr(agent._transport, "post", post)
    assert agent.metadata(served.canister, "candid:service")


def post_certificate(agent: Agent, canister: str) -> bytes:
    """The raw certificate over a canister's Candid."""
    path = [b"canister", bytes_of(canister), b"metadata", b"candid:service"]
    signed = agent._signed({**agent._request("read_state"), "paths": [path]})
    answer = agent._transport.post(f"/api/v2/canister/{canister}/read_state", signed)
    assert answer is not None
    kept: bytes = answer["certificate"]
    return kept


def test_an_old_certificate_is_not_believed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than five minutes between its time and ours."""
    agent = served.agent()
    kept = post_certificate(agent, served.canister)
    later = time.time_ns() + 301 * 10**9
    monkeypatch.setattr(agent._transport, "post", lambda _path, _body: {"certificate": kept})
    monkeypatch.setattr(time, "time_ns", lambda: later)
    with pytest.raises(Untrusted, match="five minutes"):
        agent.metadata(served.canister, "candid:service")


@pytest.mark.parametrize("breaks", [False, True], ids=["taken", "broken off"])
def test_an_update_without_an_answer_is_followed(
    served: Served, monkeypatch: pytest.MonkeyPatch, *, breaks: bool
) -> None:
    """After a 202 or a broken connection the end is read from the state, nothing sent twice."""
    agent = served.agent()
    post = agent._transport.post
    calls: list[bytes] = []

    def unanswered(path: str, body: bytes) -> dict[str, Any] | None:
        answer = post(path, body)
        if not path.endswith("/call"):
            return answer
        calls.append(hash_of_map(cbor.decode(body)["content"]))
        if breaks:
            raise Unreachable("The connection broke.")
        return None

    monkeypatch.setattr(agent._transport, "post", unanswered)
    assert decode(agent.update(served.canister, "take", ZERO), NAT64, NO_NAMES) == [0]
    assert len(calls) == 1


def test_what_is_no_network_is_said_so() -> None:
    """A wrong scheme, and a port that nobody listens on."""
    for url in ("ftp://127.0.0.1", "http://127.0.0.1:abc", "http://[", "http://"):
        with pytest.raises(Unreachable, match="no network"):
            Agent(url, b"")
    with pytest.raises(Unreachable, match="does not answer"):
        root_key_at("http://127.0.0.1:1")


def test_a_request_that_the_network_refuses_never_ran(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text is the network's own."""
    agent = served.agent()
    monkeypatch.setattr(agent_module, "INGRESS_LIFE_NS", 10**15)
    with pytest.raises(NotAccepted, match="ingress_expiry"):
        agent.query(served.canister, "echo", argument("x"))
