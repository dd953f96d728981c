"""Every method of every canister, called by those whom nobody allowed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import HIT
from tests.system.forged_messages import (
    ALICE,
    ARGUMENTS,
    DIGEST,
    UNSAID,
    WITHOUT_ARGUMENTS,
)
from tests.system.network import (
    MODEL,
    OPERATOR,
    PROVIDER_URL,
    STRANGER,
)

if TYPE_CHECKING:
    from tests.system.network import Network

CANISTERS = Path(__file__).parents[3] / "canisters"
ANONYMOUS = "2vxsx-fae"
_LINE = re.compile(r"^  (\w+) : \(.*\) -> \(.*\)( query)?;$", re.MULTILINE)


def methods(*, queries: bool) -> list[tuple[str, str]]:
    """List (canister, method) of all Candid files: the queries, or the updates."""
    return [
        (name, found[1])
        for name in ("cache", "batcher", "infer")
        for found in _LINE.finditer((CANISTERS / name / f"{name}.did").read_text())
        if bool(found[2]) is queries
    ]


def arguments(network: Network, name: str, method: str) -> tuple[Any, ...]:
    """Make arguments that would do harm if they were taken."""
    if method == "configure":
        return (network.query(name, "settings"),)
    if method in WITHOUT_ARGUMENTS:
        return ()
    return ARGUMENTS.get(method, (STRANGER,))


def assert_refused(name: str, method: str, reply: Any) -> None:
    """Require NotAllowed, or what a method says in its place."""
    if (name, method) in UNSAID:
        assert reply == UNSAID[name, method]
        return
    refusal = reply["Failed"]["refusal"] if "Failed" in reply else reply["Refused"]
    assert set(refusal) == {"NotAllowed"}, f"{name}.{method}"


def traces(network: Network) -> dict[str, int]:
    """Count all that a call could leave behind: writes, calls, outcalls."""
    traffic = network.replica.traffic()
    names = ("map_inserts", "map_removes", "calls", "outcalls", "http_requests", "traps")
    return {name: traffic[name] for name in names}


@pytest.mark.parametrize("caller", [STRANGER, ANONYMOUS], ids=["stranger", "anonymous"])
@pytest.mark.parametrize(("name", "method"), methods(queries=False))
def test_update_of_a_stranger_is_refused_and_leaves_no_trace(
    shared: Network, name: str, method: str, caller: str
) -> None:
    """No update of a stranger writes a map or calls anybody; each says NotAllowed."""
    before = traces(shared)
    reply = shared.update(name, method, *arguments(shared, name, method), sender=caller)
    assert_refused(name, method, reply)
    assert traces(shared) == before


@pytest.mark.parametrize("caller", [STRANGER, ANONYMOUS], ids=["stranger", "anonymous"])
def test_stranger_can_neither_tell_nor_change_that_an_answer_is_stored(
    network: Network, caller: str
) -> None:
    """Each says of a tenant's answer what it says where nothing is; the answer stays."""
    network.answer_model("mine")
    digest = network.answered("hello")["digest"]
    before = traces(network)
    for method, wanted in (
        ("remove", (digest,)),
        ("touch", ([digest],)),
        ("hit_by_digest", (digest,)),
        ("lookup_digest", (digest,)),
        ("certified_hit", (digest,)),
        ("lookup_certified", (digest,)),
    ):
        absent = (DIGEST,) if wanted == (digest,) else ([DIGEST],)
        call = network.update if method in {"remove", "touch"} else network.query
        replies = [call("cache", method, *each, sender=caller) for each in (wanted, absent)]
        assert replies[0] == replies[1], method
    listed = network.query("cache", "list_answers", "", "", 100, sender=caller)["Listed"]
    assert listed["rows"] == []
    assert traces(network) == before
    assert network.answered("hello")["cache_status"] == HIT


def test_stranger_purges_nobody_elses(network: Network) -> None:
    """A namespace and its tags are its tenant's to purge, and a controller's."""
    network.answer_model("mine")
    network.answered("hello", cache_control='tags="news"')
    for scope in ("all", f"namespace/{OPERATOR}", f"tag/{OPERATOR}/news", f"model/{MODEL}"):
        refused = network.update("cache", "purge", scope, sender=STRANGER)["Refused"]
        assert set(refused) == {"NotAllowed"}
    assert network.answered("hello")["cache_status"] == HIT


@pytest.mark.parametrize(("name", "method"), methods(queries=True))
def test_query_of_a_stranger_tells_no_secret(shared: Network, name: str, method: str) -> None:
    """No query of a stranger shows the key, the provider's URL, an asker or a writer."""
    reply = shared.query(name, method, *arguments(shared, name, method), sender=STRANGER)
    for secret in ("sk-made-up", PROVIDER_URL, shared.ids["batcher"], ALICE):
        assert secret not in str(reply)


@pytest.mark.parametrize(("name", "method"), [("batcher", "quote"), ("infer", "quote_infer")])
def test_quote_is_for_those_who_may_ask(shared: Network, name: str, method: str) -> None:
    """A stranger learns no price."""
    reply = shared.query(name, method, *arguments(shared, name, method), sender=STRANGER)
    assert set(reply["Refused"]) == {"NotAllowed"}


def test_key_is_never_read_back_not_even_by_the_controller(shared: Network) -> None:
    """A controller sees that there is a key and where it is sent, not the key."""
    [view] = shared.query("infer", "providers")
    assert (view["has_key"], view["url"]) == ("yes", PROVIDER_URL)
    assert "sk-made-up" not in str(view)


def test_asker_may_ask_and_nothing_else(shared: Network) -> None:
    """Being allowed to ask gives no right over any canister's configuration."""
    shared.allow(ALICE)
    allowed = {"ask", "submit", "batch_create"}
    for name, method in methods(queries=False):
        if method not in allowed:
            args = arguments(shared, name, method)
            assert_refused(name, method, shared.update(name, method, *args, sender=ALICE))


def test_denied_asker_is_a_stranger_again(shared: Network) -> None:
    """After deny_asker the next ask is refused before anything is looked up."""
    shared.allow(ALICE)
    shared.update("batcher", "deny_asker", ALICE)
    assert set(shared.ask("hello", sender=ALICE)["Refused"]) == {"NotAllowed"}


def test_anonymous_callers_share_public_once_the_door_is_open(network: Network) -> None:
    """Opened to them, anonymous callers get the public namespace and no other."""
    network.configure("batcher", anonymous="public")
    network.answer_model("hi")
    assert "Answered" in network.ask("hello", sender=ANONYMOUS, namespace="public")
    assert network.answered("hello", namespace="public")["cache_status"] == HIT
    refusal = network.ask("hello", sender=ANONYMOUS)["Refused"]
    assert refusal["NotAllowed"].startswith("anonymous callers have no namespace")


def test_anonymous_principal_can_be_given_no_role(shared: Network) -> None:
    """Everybody cannot be made a controller, a writer or an asker by mistake."""
    grants: list[tuple[str, str, Any]] = [
        ("cache", "allow_writer", ANONYMOUS),
        ("cache", "add_controller", ANONYMOUS),
        ("infer", "allow_writer", ANONYMOUS),
        ("infer", "add_controller", ANONYMOUS),
        ("batcher", "add_controller", ANONYMOUS),
        ("batcher", "allow_asker", {"caller": ANONYMOUS, "sponsored": "yes"}),
    ]
    for name, method, argument in grants:
        assert set(shared.update(name, method, argument)["Refused"]) == {"BadRequest"}


@pytest.mark.parametrize("name", ["cache", "batcher", "infer"])
def test_new_controller_takes_over_and_the_last_one_stays(network: Network, name: str) -> None:
    """A second controller may remove the first; nobody may remove the last."""
    assert "Ok" in network.update(name, "add_controller", ALICE)
    assert "Ok" in network.update(name, "remove_controller", OPERATOR, sender=ALICE)
    assert "Refused" in network.update(name, "add_controller", STRANGER)
    last = network.update(name, "remove_controller", ALICE, sender=ALICE)
    assert "last controller" in last["Refused"]["BadRequest"]
