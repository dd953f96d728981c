"""A shared namespace through the batcher: members share answers, strangers see none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.statuses import HIT
from tests.system.network import principal, request

if TYPE_CHECKING:
    from tests.system.network import Network

ALICE = principal("alice")
BOB = principal("bob")
MALLORY = principal("mallory")
LAB = "shared:lab"


def with_a_lab(network: Network) -> None:
    """Let three ask, two of them in the lab."""
    for name in (ALICE, BOB, MALLORY):
        network.allow(name)
    for name in (ALICE, BOB):
        done = network.update("batcher", "allow_member", LAB, name)
        assert done == {"Ok": "done, at all caches"}


def test_members_share_an_answer(network: Network) -> None:
    """One outcall serves both, and both find it by a query too; each also has a namespace alone."""
    with_a_lab(network)
    network.answer_model("first", times=2)
    first = network.answered("hello", sender=ALICE, namespace=LAB)
    again = network.answered("hello", sender=BOB, namespace=LAB)
    assert again["cache_status"] == HIT
    assert first["answer"] == again["answer"]
    assert "Hit" in network.query("cache", "lookup", request("hello", namespace=LAB), sender=BOB)
    network.answered("hello", sender=BOB)
    assert network.outcalls == 2


def test_a_stranger_to_the_namespace_is_refused_everywhere(network: Network) -> None:
    """It may ask, but not there: no lookup, no put into it, no ticket, and nothing is called."""
    with_a_lab(network)
    network.answer_model("secret")
    digest = network.answered("hello", sender=ALICE, namespace=LAB)["digest"]
    before = network.replica.traffic()["calls"]
    for method in ("ask", "submit"):
        number = network.begin(method, request("hello", namespace=LAB), sender=MALLORY)
        network.release()
        refused = network.replica.reply(number)["Refused"]
        assert "allow_member" in refused["NotAllowed"]
    assert network.replica.traffic()["calls"] == before
    asked = request("hello", namespace=LAB)
    assert "NotAllowed" in network.query("cache", "lookup", asked, sender=MALLORY)["Refused"]
    assert network.query("cache", "lookup_digest", digest, sender=MALLORY) == {
        "Miss": "never stored"
    }
    assert network.query("batcher", "members", LAB, sender=MALLORY) == []


def test_a_denied_member_is_a_stranger_again(network: Network) -> None:
    """At the batcher and at the cache; lists survive upgrades of both."""
    with_a_lab(network)
    assert "Ok" in network.update("batcher", "deny_member", LAB, BOB)
    for name in ("batcher", "cache"):
        network.upgrade(name)
        assert network.query(name, "members", LAB) in ([ALICE], {"Members": [ALICE]})
    asked = request("hello", namespace=LAB)
    assert "NotAllowed" in network.update("batcher", "ask", asked)["Refused"]
    assert "NotAllowed" in network.query("cache", "lookup", asked, sender=BOB)["Refused"]
