"""Models, namespaces and principals by name."""

import pytest

from refrain_core import access
from refrain_core.model_names import ModelName, parse_model, resolve_model
from refrain_core.namespaces import is_shared_name, may_see, namespace_for, nobody

ALICE = "rrkah-fqaaa-aaaaa-aaaaq-cai"
BOB = "ryjl3-tyaaa-aaaaa-aaaba-cai"
ANONYMOUS = "2vxsx-fae"


def test_a_whole_model_name_has_three_parts() -> None:
    """Slashes and colons may stand in the name, such as in a registry's."""
    assert parse_model("org/tiny:1b@r1:Q4_K_M") == ModelName("org/tiny:1b", "r1", "Q4_K_M")


@pytest.mark.parametrize(
    "text",
    ["", "m", "m@r", "m@r:", "@r:q", "m@:q", "m@r:q:x", "m@r@s:q", "m |@r:q", "m@r:" + "q" * 200],
)
def test_what_is_no_whole_model_name(text: str) -> None:
    """A missing part, a foreign letter or too great a length is no name."""
    assert parse_model(text) is None


def test_a_model_resolves_to_itself_or_to_the_only_bearer_of_its_name() -> None:
    """An ambiguous bare name resolves to nothing rather than to a guess."""
    known = ["a@1:q", "b@1:q", "b@2:q"]
    assert resolve_model("b@2:q", known) == "b@2:q"
    assert resolve_model("a", known) == "a@1:q"
    assert resolve_model("a", ["a@1:q", "a@1:q"]) == "a@1:q"
    assert resolve_model("b", known) is None
    assert resolve_model("a@2:q", known) is None


def test_namespaces_are_the_callers_own_or_public() -> None:
    """No text a caller may give names another tenant, not even its own name."""
    assert namespace_for(None, ALICE) == ALICE
    assert namespace_for("public", ALICE) == "public"
    assert namespace_for("public", ANONYMOUS) == "public"
    for refusal in (namespace_for(BOB, ALICE), namespace_for(ALICE, ALICE)):
        assert isinstance(refusal, dict)
        assert "BadRequest" in refusal


def test_a_shared_namespace_is_open_to_its_members_only() -> None:
    """By default nobody is one; anonymous callers, who are everybody, never are."""

    def alices(namespace: str, caller: str) -> bool:
        return (namespace, caller) in {("shared:lab", ALICE), ("shared:lab", ANONYMOUS)}

    assert namespace_for("shared:lab", ALICE, alices) == "shared:lab"
    for caller, members in ((ALICE, nobody), (BOB, alices), (ANONYMOUS, alices)):
        refusal = namespace_for("shared:lab", caller, members)
        assert isinstance(refusal, dict)
        assert "NotAllowed" in refusal
        assert not may_see("shared:lab", caller, members)
    assert may_see("shared:lab", ALICE, alices)
    assert not may_see("shared:lab", ALICE)


@pytest.mark.parametrize(
    "name", ["shared:", "shared:A", "shared:a b", "shared:é", "shared:a:b", "shared:" + "x" * 65]
)
def test_a_shared_name_has_few_letters(name: str) -> None:
    """A name that is none is refused before anybody's membership is asked."""
    refusal = namespace_for(name, ALICE, lambda _namespace, _caller: True)
    assert isinstance(refusal, dict)
    assert "BadRequest" in refusal
    assert not is_shared_name(name)


def test_anonymous_callers_have_no_namespace_of_their_own() -> None:
    """They share one principal, so they must ask for the public one."""
    refusal = namespace_for(None, ANONYMOUS)
    assert isinstance(refusal, dict)
    assert "NotAllowed" in refusal


def test_entries_are_seen_by_their_tenant_or_by_all() -> None:
    """A tenant sees its own entries and the public ones."""
    assert may_see("public", BOB)
    assert may_see(ALICE, ALICE)
    assert not may_see(ALICE, BOB)


def test_roles_are_refused_to_strangers() -> None:
    """Only listed principals pass, and the refusal names the role."""
    assert access.refuse_unless_controller(ALICE, {ALICE}) is None
    assert access.refuse_unless_listed(ALICE, {ALICE}, "writer") is None
    assert access.refuse_unless_controller(BOB, {ALICE}) is not None
    refusal = access.refuse_unless_listed(BOB, {ALICE}, "writer")
    assert refusal == {"NotAllowed": "only a writer may do this: a controller must allow you first"}


def test_grants_need_a_principal_that_is_somebody() -> None:
    """Neither a mistyped text nor everybody can have a role."""
    assert access.refuse_grant(ALICE) is None
    assert access.refuse_grant("aaaaa-aa") is None
    for text in ("", "alice", "rrka-fqaaa", "RRKAH-FQAAA", "aaaaa-", "aaaaa-" * 11, ANONYMOUS):
        assert access.refuse_grant(text) is not None


def test_the_last_controller_stays() -> None:
    """A canister without controllers could never be configured again."""
    assert access.refuse_controller_removal(ALICE, {ALICE, BOB}) is None
    assert access.refuse_controller_removal(ALICE, {ALICE}) is not None
    assert access.refuse_controller_removal(BOB, {ALICE}) is not None
