"""Quotas on the whole network: tenants beside each other, batches, an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import HIT
from tests.system.electorate import begin, elect, voted
from tests.system.flows.test_batches import create, output, worked_off
from tests.system.network import MODEL, OPERATOR, STRANGER, principal

if TYPE_CHECKING:
    from tests.system.network import Network

ALICE = principal("alice")
BOB = principal("bob")
HOUR_S = 3_600


def limit(network: Network, tenant: str, **limits: Any) -> None:
    """Set a quota that limits nothing but what is named."""
    names = ("requests_per_hour", "cycles_per_day", "waiting_tickets")
    quota = {"tenant": tenant, **dict.fromkeys(names), "models": [], **limits}
    assert network.update("batcher", "set_quota", quota) == {"Ok": "set"}


def standing(network: Network, tenant: str) -> Any:
    """Read a tenant's standing."""
    return network.query("batcher", "quota", sender=tenant)["Quota"]


@pytest.fixture
def tenants(network: Network) -> Network:
    """A network on which Alice and Bob may ask, Alice less often."""
    network.allow(ALICE)
    network.allow(BOB)
    limit(network, ALICE, requests_per_hour=2)
    return network


def test_one_tenant_s_quota_is_no_other_s(tenants: Network) -> None:
    """Alice is refused in her third request of the hour, a hit; Bob and the next hour are not."""
    tenants.answer_model("Paris")
    mine = {"sender": ALICE, "namespace": "public"}
    tenants.answered("Capital?", **mine)
    assert tenants.answered("Capital?", **mine)["cache_status"] == HIT
    wait_s = tenants.ask("Capital?", **mine)["Refused"]["RateLimited"]["retry_after_s"]
    assert 0 < wait_s <= HOUR_S
    assert "RateLimited" in tenants.submit("Capital?", **mine)["Refused"]
    assert tenants.answered("Capital?", sender=BOB, namespace="public")["cache_status"] == HIT
    tenants.replica.advance(wait_s)
    assert "Answered" in tenants.ask("Capital?", **mine)


def test_an_upgrade_keeps_the_quota_and_loses_the_hour(tenants: Network) -> None:
    """As documented: at most the counts of the current window."""
    tenants.answer_model("Paris")
    for _ in range(2):
        tenants.answered("Capital?", sender=ALICE)
    tenants.upgrade("batcher")
    shown = standing(tenants, ALICE)
    assert (shown["quota"]["requests_per_hour"], shown["requests"]) == (2, 0)
    for _ in range(2):
        tenants.answered("Capital?", sender=ALICE)
    assert "RateLimited" in tenants.ask("Capital?", sender=ALICE)["Refused"]


def test_a_sponsored_tenant_s_spending_counts(tenants: Network) -> None:
    """What its calls cost the owner is what its day has less, and a hit costs nothing."""
    limit(tenants, BOB, cycles_per_day=10**13)
    tenants.answer_model("Paris")
    spent = tenants.answered("Capital?", sender=BOB)["charged_cycles"]
    assert standing(tenants, BOB)["cycles"] == spent > 0
    limit(tenants, BOB, cycles_per_day=spent + 1)
    assert tenants.answered("Capital?", sender=BOB)["cache_status"] == HIT
    assert "NotAllowed" in tenants.ask("Another?", sender=BOB)["Refused"]
    assert tenants.outcalls == 1


def test_a_vote_counts_once_and_by_what_its_voters_cost(network: Network) -> None:
    """Its worst case is held whole, and given back once its voters are done."""
    limit(network, OPERATOR, cycles_per_day=10**13, requests_per_hour=9)
    elect(network, ["42", "42", "42"])
    ticket = begin(network, voted(3, 2))
    held = standing(network, OPERATOR)["cycles"]
    network.release()
    assert "Consistent" in network.result(ticket)
    shown = standing(network, OPERATOR)
    charged = network.counters("batcher")["charged_cycles"]
    assert shown["cycles"] == charged < held
    assert shown["requests"] == 1


def test_items_of_a_batch_wait_for_the_next_hour(network: Network) -> None:
    """None fails, and each is answered once."""
    limit(network, OPERATOR, requests_per_hour=2)
    network.answer_model("an answer", times=3)
    batch = create(network, ["a", "b", "c"])
    for _ in range(9):
        network.replica.advance(1)
        network.release()
    view = network.query("batcher", "batch_status", batch)["Batch"]
    assert (view["status"], view["completed"]) == ("in_progress", 2)
    limit(network, OPERATOR, requests_per_hour=3)
    assert worked_off(network, batch)["failed"] == 0
    assert len(output(network, batch)) == network.outcalls == 3


def test_strangers_learn_and_set_nothing(tenants: Network) -> None:
    """Nor do askers, of others' quotas."""
    for caller in (STRANGER, BOB):
        assert tenants.query("batcher", "quotas", sender=caller) == []
    assert "NotAllowed" in tenants.query("batcher", "quota", sender=STRANGER)["Refused"]
    assert standing(tenants, BOB)["quota"]["tenant"] == "default"
    limit(tenants, BOB, models=["other"])
    refused = tenants.ask("Capital?", sender=BOB, model=MODEL)["Refused"]
    assert "ask one of other" in refused["NotAllowed"]
