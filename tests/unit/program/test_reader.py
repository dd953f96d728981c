"""The interface that is read from a toy canister's source."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from kybra_replica.candid.model import (
    CandidType,
    Field,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    Variant,
    Vec,
)
from kybra_replica.program.bundle import Bundle
from kybra_replica.program.interface import Interface, Method, ServiceMethod, StableMap
from kybra_replica.program.reader import read_interface

Bundler = Callable[[Mapping[str, str]], Bundle]
TEXT, NAT64, BLOB = Primitive("text"), Primitive("nat64"), Vec(Primitive("nat8"))

TOY = """
from kybra import *
from types_of_toy import Row
import far_endpoints

rows = StableBTreeMap[text, Row](memory_id=7, max_key_size=40, max_value_size=1_100)
Pair = Tuple[text, nat64]
Names = Alias[Vec[text]]
Look = Func(Query[[text, nat64], Opt[Row]])
Tell = Func(Oneway[[text], text])

class Choice(Variant, total=False):
    Yes: void
    No: text
    import_: "Choice"

class Peer(Service):
    @service_query
    def look(self, key: text, at: nat64) -> Opt[Row]: ...

    @service_update
    def drop(self, key: text) -> void: ...

def only_me() -> GuardResult:
    return {"Ok": None}

@init
def start(owner: Principal) -> void: ...

@pre_upgrade
def stop() -> void: ...

@query
def get(key: text, pair: Pair) -> Opt[Row]: ...

@update(guard=only_me)
def put(from_: "Row", raw: blob) -> Async[Manual[Vec[Choice]]]: ...

@update
def wipe() -> Async[void]: ...
"""

TYPES = """
from kybra import Record, nat64, str, Opt, Vec

class Row(Record):
    from_: str
    fn: nat64
    rows: Vec[Opt["Row"]]
"""

FAR = """
from kybra import query, reserved, null

@query
def far(anything: reserved) -> null: ...
"""


@pytest.fixture
def interface(bundle_files: Bundler) -> Interface:
    """The toy's interface."""
    files = {"main.py": TOY, "types_of_toy.py": TYPES, "far_endpoints.py": FAR}
    return read_interface(bundle_files(files))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Pair", Record((Field("0", TEXT, 0), Field("1", NAT64, 1)), is_tuple=True)),
        ("Names", Vec(TEXT)),
        ("Look", Func((TEXT, NAT64), (Opt(Named("Row")),), "query")),
        ("Tell", Func((TEXT,), (), "oneway")),
        (
            "Choice",
            Variant(
                (
                    Field("Yes", Primitive("null")),
                    Field("No", TEXT),
                    Field("import", Named("Choice"), "import_"),
                )
            ),
        ),
        (
            "Row",
            Record(
                (
                    Field("from", TEXT, "from_"),
                    Field("fn", NAT64),
                    Field("rows", Vec(Opt(Named("Row")))),
                )
            ),
        ),
        (
            "Peer",
            Service(
                (
                    ("look", Func((TEXT, NAT64), (Opt(Named("Row")),), "query")),
                    ("drop", Func((TEXT,), (), "update")),
                )
            ),
        ),
        ("GuardResult", Variant((Field("Ok", Primitive("null")), Field("Err", TEXT)))),
    ],
)
def test_a_named_type_is_read(name: str, expected: CandidType, interface: Interface) -> None:
    """Types of all files, and kybra's own, stand in one table."""
    assert interface.types.types[name] == expected


def test_methods_keep_their_signature_and_traits(interface: Interface) -> None:
    """Async and Manual are traits, not types; void is no return."""
    row, choices = Named("Row"), Vec(Named("Choice"))
    assert interface.methods == {
        "get": Method("get", "query", ("key", "pair"), (TEXT, Named("Pair")), Opt(row)),
        "put": Method(
            *("put", "update", ("from_", "raw"), (row, BLOB), choices),
            is_async=True,
            is_manual=True,
            guard="only_me",
        ),
        "wipe": Method("wipe", "update", (), (), None, is_async=True),
        "far": Method("far", "query", ("anything",), (Primitive("reserved"),), Primitive("null")),
    }


def test_lifecycle_methods_stand_apart_by_kind(interface: Interface) -> None:
    """They are found by their decorator, whatever their name."""
    assert interface.lifecycle == {
        "init": Method("start", "lifecycle", ("owner",), (Primitive("principal"),), None),
        "pre_upgrade": Method("stop", "lifecycle", (), (), None),
    }


def test_maps_and_service_methods_are_listed(interface: Interface) -> None:
    """Maps by memory id, remote methods as kybra's calls name them."""
    assert interface.maps == {7: StableMap(7, TEXT, Named("Row"), 40, 1_100)}
    assert interface.service_methods == {
        "Peer.look": ServiceMethod("look", (TEXT, NAT64), Opt(Named("Row"))),
        "Peer.drop": ServiceMethod("drop", (TEXT,), None),
    }


def test_the_management_canister_is_known_once_imported(bundle_files: Bundler) -> None:
    """Its types come from the installed kybra, and only where they are reached."""
    imported = "from kybra.canisters.management import management_canister"
    with_it = read_interface(bundle_files({"main.py": imported}))
    without = read_interface(bundle_files({"main.py": "import kybra"}))
    http = with_it.service_methods["ManagementCanister.http_request"]
    assert http.args == (Named("HttpRequestArgs"),)
    assert with_it.types.resolve(Named("Satoshi")) == NAT64
    assert "HttpRequestArgs" not in without.types.types


def test_simple_db_and_its_logging_declare_nothing_to_the_compiler(bundle_files: Bundler) -> None:
    """Their one method stands inside `try`, so neither exports or declares anything."""
    interface = read_interface(bundle_files({"main.py": "import kybra_simple_db"}))
    assert (interface.methods, interface.lifecycle, interface.maps) == ({}, {}, {})
    assert "PublicLogEntry" not in interface.types.types
