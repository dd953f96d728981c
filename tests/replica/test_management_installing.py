"""Modules installed through the management canister: each whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.artefact.build import build
from kybra_replica.artefact.stub_module import stub_module
from kybra_replica.artefact.wasm_encoding import custom_section
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.management.options import ManagementOptions
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.program.interface import Interface
from tests.replica.conftest import toy_program
from tests.replica.management_client import ALICE, BOB, Users, principal

if TYPE_CHECKING:
    from tests.replica.management_client import Steward

INSTALL: dict[str, Any] = {"install": None}
REINSTALL: dict[str, Any] = {"reinstall": None}
UPGRADE: dict[str, Any] = {"upgrade": None}
NOTHING = b"DIDL\0\0"


def one_text(text: str) -> bytes:
    """The Candid of a text."""
    return encode((Primitive("text"),), (text,), NO_NAMES)


def module(toy: str) -> bytes:
    """A toy's artefact."""
    return build(toy_program(toy))


def foreign_module() -> bytes:
    """A valid module that carries no program."""
    return stub_module(Interface()) + custom_section("icp:public notes", b"from elsewhere")


def install(
    users: Users, canister: str, mode: dict[str, Any], wasm: bytes, arg: bytes = NOTHING
) -> None:
    """install_code as Alice calls it."""
    values = {"canister_id": canister, "mode": mode, "wasm_module": wasm, "arg": arg}
    users.call("install_code", ALICE, **values)


def story(users: Users, canister: str) -> list[str]:
    """What heap and map of a lifecycle toy hold."""
    return list(users.replica.query(canister, "story"))


@pytest.fixture
def empty(users: Users) -> str:
    """A canister of Alice's with nothing in it."""
    return users.replica.create_canister(controller=ALICE)


@pytest.fixture
def canister(users: Users, empty: str) -> str:
    """The first version, installed with an argument."""
    install(users, empty, INSTALL, module("lifecycle"), one_text("one"))
    return empty


def test_a_module_is_run_and_known_by_the_hash_of_its_bytes(users: Users, canister: str) -> None:
    """Init got the argument; the hash is of what was sent."""
    assert story(users, canister) == ["init one", "first=one"]
    digest = hashlib.sha256(module("lifecycle")).digest()
    assert users.call("canister_status", ALICE, canister_id=canister)["module_hash"] == digest


def test_a_program_installed_from_python_has_the_same_hash(users: Users, canister: str) -> None:
    """Both ways end in the same module, with its Candid for everybody to read."""
    other = users.replica.create_canister()
    users.replica.install(other, toy_program("lifecycle"), args=["one"])
    assert users.replica.status(other).module_hash == users.replica.status(canister).module_hash
    installed = users.replica.canister(other).module
    assert installed is not None
    did = installed.readable("candid:service", by_controller=False)
    assert did is not None
    assert b"story" in did


def test_gzip_is_unpacked_and_hashed_as_it_came(users: Users, empty: str) -> None:
    """As dfx sends it."""
    packed = gzip.compress(module("lifecycle"), mtime=7)
    install(users, empty, INSTALL, packed, one_text("gz"))
    assert story(users, empty)[0] == "init gz"
    assert users.replica.status(empty).module_hash == hashlib.sha256(packed).hexdigest()


def test_an_upgrade_runs_the_hooks_and_may_skip_the_first(users: Users, canister: str) -> None:
    """skip_pre_upgrade leaves the old program no last word."""
    install(users, canister, UPGRADE, module("lifecycle:b"))
    assert story(users, canister) == ["arrived b", "arrived=b", "first=one", "left=a"]
    skipping = {"upgrade": {"skip_pre_upgrade": True, "wasm_memory_persistence": None}}
    install(users, canister, skipping, module("lifecycle"))
    assert story(users, canister) == ["arrived a", "arrived=a", "first=one", "left=a"]


@pytest.mark.parametrize(
    ("mode", "arg"),
    [
        (UPGRADE, NOTHING),
        ({"upgrade": {"skip_pre_upgrade": True, "wasm_memory_persistence": None}}, NOTHING),
        (REINSTALL, b"not Candid"),
    ],
)
def test_a_failed_installation_leaves_the_old_module(
    users: Users, canister: str, mode: dict[str, Any], arg: bytes
) -> None:
    """Heap, maps, timers, hash and history are as before, and go on."""
    users.replica.update(canister, "set_alarm")
    before = users.replica.status(canister)
    kept = users.replica.canister(canister).history.total
    with pytest.raises(Rejected, match="Error from Canister") as caught:
        install(users, canister, mode, module("lifecycle:bad"), arg)
    assert (caught.value.code, caught.value.error_code) == (5, "IC0503")
    assert users.replica.status(canister).module_hash == before.module_hash
    assert users.replica.canister(canister).history.total == kept
    users.replica.advance(10)
    assert story(users, canister) == ["init one", "alarm", "first=one"]


def test_a_first_installation_that_fails_leaves_the_canister_empty(
    users: Users, empty: str
) -> None:
    """It may be installed again."""
    with pytest.raises(Rejected, match="failed to decode call arguments"):
        install(users, empty, INSTALL, module("lifecycle"), NOTHING)
    assert users.call("canister_status", ALICE, canister_id=empty)["module_hash"] is None
    install(users, empty, INSTALL, module("lifecycle"), one_text("again"))
    assert story(users, empty)[0] == "init again"


def test_modes_are_held_to_what_is_installed(users: Users, canister: str) -> None:
    """Install wants an empty canister, upgrade a full one, keep another kind of memory."""
    empty = users.replica.create_canister(controller=ALICE)
    keep = {"upgrade": {"skip_pre_upgrade": None, "wasm_memory_persistence": {"keep": None}}}
    for target, mode, number in (
        (canister, INSTALL, "IC0514"),
        (empty, UPGRADE, "IC0537"),
        (canister, keep, "IC0504"),
    ):
        with pytest.raises(Rejected) as caught:
            install(users, target, mode, module("lifecycle"), one_text("x"))
        assert caught.value.error_code == number


def test_only_controllers_install(users: Users, steward: Steward, canister: str) -> None:
    """A user hears it in short, a canister with everybody's name."""
    with pytest.raises(Rejected) as caught:
        users.call(
            "install_code", BOB, canister_id=canister, mode=UPGRADE, wasm_module=b"", arg=b""
        )
    assert caught.value.error_code == "IC0512"
    assert caught.value.message == (
        f"Only controllers of canister {canister} can call ic00 method install_code"
    )
    told = steward.call(
        "install_code", canister_id=canister, mode=UPGRADE, wasm_module=b"", arg=b""
    )
    assert told.error.startswith(
        f"Rejection code 5, Only the controllers of the canister {canister} can control it.\n"
        f"Canister's controllers: {ALICE}\nSender's ID: {steward.canister}\nExecute this call"
    )


@pytest.mark.parametrize(
    ("wasm", "why"),
    [
        (b"", "unsupported canister module format.\nIf you are running"),
        (b"\0asm\1\0\0\0\0", "ends in the middle"),
        (b"\x1f\x8b\x08 not gzip", "gzip is damaged"),
        (foreign_module(), "no custom section 'icp:private python:source'"),
    ],
)
def test_what_cannot_be_run_is_refused_with_the_reason(
    users: Users, empty: str, wasm: bytes, why: str
) -> None:
    """IC0505, as the platform says of a wasm that it does not take."""
    with pytest.raises(Rejected, match=why) as caught:
        install(users, empty, INSTALL, wasm)
    assert (caught.value.code, caught.value.error_code) == (5, "IC0505")
    assert caught.value.message.startswith(
        f"Error from Canister {empty}: Canister's Wasm module is not valid: "
    )


def test_a_program_that_breaks_kybras_rules_is_refused(users: Users, empty: str) -> None:
    """The findings are in the text."""
    with pytest.raises(Rejected, match="generator-yield-from"):
        install(users, empty, INSTALL, module("echo"))


def test_foreign_modules_are_kept_inert_where_that_is_allowed() -> None:
    """Hash and metadata are there, calls are refused, a program may follow."""
    options = ManagementOptions(accept_foreign=True)
    with Replica(management=options) as replica:
        users = Users(replica)
        canister = replica.create_canister(controller=ALICE)
        install(users, canister, INSTALL, foreign_module())
        assert replica.status(canister).module_hash == hashlib.sha256(foreign_module()).hexdigest()
        with pytest.raises(Rejected, match="carries no Python bundle"):
            replica.query(canister, "story")
        held = replica.canister(canister)
        with pytest.raises(Rejected, match="carries no Python bundle"):
            replica.submit_raw(held, "story", NOTHING, ALICE)
        with pytest.raises(Rejected, match="not empty"):
            install(users, canister, INSTALL, module("lifecycle"), one_text("x"))
        install(users, canister, REINSTALL, module("lifecycle"), one_text("x"))
        assert story(users, canister)[0] == "init x"
        install(users, canister, UPGRADE, foreign_module())
        assert replica.status(canister).module_hash == hashlib.sha256(foreign_module()).hexdigest()


def test_a_canister_installs_into_a_canister_that_it_controls(
    users: Users, steward: Steward
) -> None:
    """A factory: its own call is answered when init is through."""
    child = users.replica.create_canister(controller=steward.canister)
    values = {"canister_id": child, "mode": INSTALL, "wasm_module": module("lifecycle")}
    told = steward.call("install_code", arg=one_text("factory"), **values)
    assert told.error == ""
    assert story(users, child)[0] == "init factory"
    assert principal(child).to_str() == child
