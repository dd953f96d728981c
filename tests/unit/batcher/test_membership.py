"""Shared namespaces: who may ask within them, and what the caches are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

ALICE = "w7x7r-cok77-xa"
BOB = "aaaaa-bb"
ANONYMOUS = "2vxsx-fae"
SHARED = "shared:lab"


@pytest.fixture
def member(stage: Stage) -> str:
    """Let Alice ask, and list her."""
    for caller in (ALICE, BOB):
        stage.ask("allow_asker", {"caller": caller, "sponsored": "yes"})
    told = stage.message("allow_member", SHARED, ALICE)
    assert told.called == "CacheService.allow_member"
    assert told.waiting_for.args[2:4] == [SHARED, ALICE]
    assert told.answer({"Ok": "x"}).reply == {"Ok": "done, at all caches"}
    return ALICE


@pytest.mark.parametrize("method", ["ask", "submit", "quote"])
def test_only_a_member_names_a_shared_namespace(
    stage: Stage, member: str, request_for: Any, method: str
) -> None:
    """Anybody else, though it may ask, is told who can let it in; nothing is called."""
    request = request_for(namespace=SHARED)
    refused = stage.ask(method, request, caller=BOB)["Refused"]
    assert "allow_member" in refused["NotAllowed"]
    other = request_for(namespace="shared:other")
    assert "NotAllowed" in stage.ask(method, other, caller=member)["Refused"]
    if method != "quote":
        message = stage.message(method, request, caller=member)
        assert message.called == "CacheService.fetch_text"
        assert message.asked == SHARED


def test_anonymous_callers_are_members_of_nothing(stage: Stage, request_for: Any) -> None:
    """They cannot be listed, and would be refused if they were."""
    assert "BadRequest" in stage.ask("allow_member", SHARED, ANONYMOUS)["Refused"]
    stage.ask("configure", dict(stage.ask("settings"), anonymous="public"))
    reply = stage.ask("ask", request_for(namespace=SHARED), caller=ANONYMOUS)
    assert "NotAllowed" in reply["Refused"]


def test_a_member_that_was_denied_is_out_at_once(
    stage: Stage, member: str, request_for: Any
) -> None:
    """Even while the caches have not heard of it."""
    telling = stage.message("deny_member", SHARED, member)
    assert telling.called == "CacheService.deny_member"
    refused = stage.ask("ask", request_for(namespace=SHARED), caller=member)["Refused"]
    assert "NotAllowed" in refused
    assert telling.answer({"Ok": "x"}).reply == {"Ok": "done, at all caches"}
    assert stage.ask("members", SHARED) == []


def test_a_cache_that_did_not_hear_of_it_is_named(stage: Stage) -> None:
    """The batcher's own list stands; the command can be repeated."""
    failed = stage.message("allow_member", SHARED, ALICE).answer(err="stopped").reply
    assert "rrkah-fqaaa-aaaaa-aaaaq-cai" in failed["Refused"]["Unreachable"]
    refused = stage.message("allow_member", SHARED, ALICE)
    refused.answer({"Refused": {"NotAllowed": "x"}})
    assert "repeat this" in refused.reply["Refused"]["Unreachable"]
    assert stage.ask("members", SHARED) == [ALICE]


def test_a_bug_on_the_way_to_the_caches_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An asynchronous method answers whatever happens."""
    monkeypatch.setattr("membership.rows.space.in_order", lambda: [5])
    assert "Internal" in stage.ask("allow_member", SHARED, ALICE)["Refused"]


def test_members_are_told_to_members_and_controllers(stage: Stage, member: str) -> None:
    """To others a namespace looks as if it had none."""
    assert stage.ask("members", SHARED) == stage.ask("members", SHARED, caller=member) == [ALICE]
    assert stage.ask("members", SHARED, caller=BOB) == []
    stage.upgrade()
    assert stage.ask("members", SHARED) == [ALICE]


def test_members_are_bounded(stage: Stage, member: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is refused; who is listed already can be told to the caches again."""
    monkeypatch.setattr("membership.MAX_MEMBERS", 1)
    assert "BadRequest" in stage.ask("allow_member", SHARED, BOB)["Refused"]
    assert not stage.message("allow_member", SHARED, member).done


@pytest.mark.parametrize("method", ["allow_member", "deny_member"])
def test_strangers_list_nobody(stage: Stage, method: str) -> None:
    """Nor does anybody list members of what is not shared."""
    assert "NotAllowed" in stage.ask(method, SHARED, BOB, caller=BOB)["Refused"]
    assert "BadRequest" in stage.ask(method, "public", BOB)["Refused"]
