"""Canisters made, set up and paid through the management canister."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.kernel.principals import canister_id, text_of
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.management.options import ManagementOptions
from tests.replica.management_client import (
    ALICE,
    BOB,
    NO_SETTINGS,
    Users,
    principal,
)

if TYPE_CHECKING:
    from tests.replica.management_client import Steward

CREATE = "provisional_create_canister_with_cycles"
FEE = 500_000_000_000


def made(users: Users, sender: str = ALICE, **values: Any) -> str:
    """A canister that a user made."""
    return str(users.call(CREATE, sender, **values)["canister_id"].to_str())


def test_a_user_makes_a_canister_with_cycles_out_of_nothing(users: Users) -> None:
    """The sender controls it, the amount is what was asked, 100 T where nothing was."""
    asked, usual = made(users, amount=7), made(users)
    assert users.replica.status(asked).cycles == 7
    assert users.replica.status(usual).cycles == 10**14
    assert users.replica.status(asked).controllers == (ALICE,)


def test_a_canister_gets_the_settings_that_were_asked(users: Users) -> None:
    """Controllers come once each, in the order of their bytes."""
    both = [principal(BOB), principal(ALICE), principal(BOB)]
    settings = NO_SETTINGS | {"controllers": both, "freezing_threshold": 5}
    canister = made(users, settings=settings)
    status = users.call("canister_status", BOB, canister_id=canister)
    shown = status["settings"]
    assert [each.to_str() for each in shown["controllers"]] == [ALICE, BOB]
    assert (shown["freezing_threshold"], shown["wasm_memory_limit"]) == (5, 3_221_225_472)


def test_a_canister_may_have_the_id_that_it_has_on_the_main_network(users: Users) -> None:
    """A fresh id never collides with it."""
    wanted = text_of(canister_id(1))
    assert made(users, specified_id=wanted) == wanted
    others = {made(users), made(users), made(users)}
    assert wanted not in others
    assert len(others) == 3


@pytest.mark.parametrize(
    ("wanted", "number"),
    [("2vxsx-fae", "IC0405"), ("aaaaa-aa", "IC0405"), (text_of(canister_id(0)), "IC0538")],
)
def test_an_id_that_cannot_be_is_refused(users: Users, wanted: str, number: str) -> None:
    """No canister's form, or taken."""
    made(users)
    with pytest.raises(Rejected) as caught:
        made(users, specified_id=wanted)
    assert caught.value.error_code == number


def test_ids_of_deleted_canisters_never_come_back(users: Users) -> None:
    """Neither as a fresh id nor as a specified one."""
    gone = made(users)
    users.call("stop_canister", ALICE, canister_id=gone)
    users.call("delete_canister", ALICE, canister_id=gone)
    assert made(users) != gone
    with pytest.raises(Rejected, match="belongs to the canister allocation ranges"):
        made(users, specified_id=gone)


def test_a_canister_pays_for_a_canister(users: Users, steward: Steward) -> None:
    """The fee is burnt, the rest is the new canister's, nothing comes back."""
    told = steward.call("create_canister", FEE + 3)
    status = users.replica.status(told.value["canister_id"].to_str())
    assert (status.cycles, told.refunded) == (3, 0)
    assert status.controllers == (steward.canister,)


def test_too_few_cycles_make_no_canister(steward: Steward) -> None:
    """All of them come back."""
    before = len(steward.replica.kernel.canisters)
    told = steward.call("create_canister", FEE - 1)
    assert told.refunded == FEE - 1
    assert told.error.startswith(
        "Rejection code 4, Creating a canister requires a fee of 500_000_000_000 that"
    )
    assert len(steward.replica.kernel.canisters) == before


def test_create_canister_takes_no_argument_too(steward: Steward) -> None:
    """As canisters of the first days call it."""
    text = steward.replica.update(steward.canister, "ask", "create_canister", b"DIDL\0\0", FEE)
    assert text.startswith("Ok ")


def test_users_create_canisters_only_where_that_is_opened(users: Users) -> None:
    """The Internet Computer's own answer, unless the operator says otherwise."""
    with pytest.raises(Rejected, match="Only canisters can call ic00 method create_canister"):
        users.call("create_canister", ALICE)
    with Replica(management=ManagementOptions(users_create=True)) as opened:
        canister = Users(opened).call("create_canister", ALICE)["canister_id"].to_str()
        assert opened.status(canister).cycles == 10**14


def test_update_settings_changes_what_it_names(users: Users) -> None:
    """The rest stays, and the version grows."""
    canister = made(users, settings=NO_SETTINGS | {"compute_allocation": 3})
    before = users.call("canister_status", ALICE, canister_id=canister)
    variables = [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]
    wanted = {
        "memory_allocation": 1 << 40,
        "environment_variables": variables,
        "log_visibility": {"allowed_viewers": [principal(BOB)]},
    }
    users.call("update_settings", ALICE, canister_id=canister, settings=NO_SETTINGS | wanted)
    after = users.call("canister_status", ALICE, canister_id=canister)
    assert after["version"] == before["version"] + 1
    shown = after["settings"]
    assert (shown["compute_allocation"], shown["memory_allocation"]) == (3, 1 << 40)
    assert shown["environment_variables"] == variables[::-1]
    assert [each.to_str() for each in shown["log_visibility"]["allowed_viewers"]] == [BOB]
    assert shown["snapshot_visibility"] == {"controllers": None}


def test_who_is_no_controller_any_more_controls_nothing(users: Users) -> None:
    """A canister may even be left to nobody."""
    canister = made(users)
    settings = NO_SETTINGS | {"controllers": []}
    users.call("update_settings", ALICE, canister_id=canister, settings=settings)
    with pytest.raises(Rejected, match="Only controllers of canister"):
        users.call("update_settings", ALICE, canister_id=canister, settings=NO_SETTINGS)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"compute_allocation": 101}, r"in the range \[0..100\], got 101"),
        ({"memory_allocation": 1}, "at least .* of memory is needed"),
        ({"freezing_threshold": 1 << 64}, r"range of \[0..2\^64-1\], got 18446744073709551616"),
        ({"reserved_cycles_limit": 1 << 90_000}, "got far more"),
        ({"wasm_memory_limit": (1 << 48) + 1}, "Wasm memory limit expected"),
        ({"log_memory_limit": 4_095}, "too low. It must be at least 4096"),
        ({"log_memory_limit": 2_097_153}, "too high. It must be at most 2097152"),
        ({"controllers": [principal(text_of(bytes([n]))) for n in range(11)]}, "allowed 10"),
        ({"environment_variables": [{"name": "A", "value": "1"}] * 2}, "Duplicate environment"),
        ({"environment_variables": [{"name": "A" * 129, "value": ""}]}, "name .* length of 128"),
        (
            {"environment_variables": [{"name": str(n), "value": ""} for n in range(21)]},
            r"Too many environment variables: 21 \(max: 20\)",
        ),
    ],
)
def test_settings_that_no_canister_may_have_change_nothing(
    users: Users, wanted: dict[str, Any], text: str
) -> None:
    """Refused in the platform's words, before anything is changed."""
    canister = made(users)
    wanted = {"log_visibility": {"public": None}} | wanted
    users.call("upload_chunk", ALICE, canister_id=canister, chunk=b"some memory in use")
    before = str(users.call("canister_status", ALICE, canister_id=canister))
    with pytest.raises(Rejected, match=text):
        users.call("update_settings", ALICE, canister_id=canister, settings=NO_SETTINGS | wanted)
    assert str(users.call("canister_status", ALICE, canister_id=canister)) == before


def test_cycles_are_given_by_canisters_and_by_users(users: Users, steward: Steward) -> None:
    """deposit_cycles takes what is attached, the provisional top-up makes them."""
    canister = made(users, amount=1)
    assert steward.call("deposit_cycles", 500, canister_id=canister) == (None, "", 0)
    users.call("provisional_top_up_canister", canister_id=canister, amount=20)
    assert users.replica.status(canister).cycles == 521


def test_cycles_for_nobody_come_back(steward: Steward) -> None:
    """An unknown canister keeps nothing."""
    told = steward.call("deposit_cycles", 500, canister_id=text_of(canister_id(99)))
    assert told.refunded == 500
    assert told.error.startswith("Rejection code 3, Canister ")
