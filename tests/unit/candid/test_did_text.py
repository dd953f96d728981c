"""The .did file that a program's interface is written as."""

import copy
import pickle

from kybra_replica.candid.did_text import service_text
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import (
    Field,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    TypeTable,
    Variant,
    Vec,
)
from kybra_replica.candid.type_text import expanded_text, quoted, type_text
from kybra_replica.program.interface import Interface, Method

TEXT, NAT64, NULL, BLOB = (
    Primitive("text"),
    Primitive("nat64"),
    Primitive("null"),
    Vec(Primitive("nat8")),
)
PAIR = Record((Field("0", NAT64, 0), Field("1", TEXT, 1)), is_tuple=True)
TABLE = TypeTable(
    {
        "Unused": Record((Field("x", TEXT),)),
        "Entry": Record((Field("key", TEXT), Field("from", BLOB, "from_"), Field("at", PAIR))),
        "Tree": Record((Field("below", Vec(Named("Tree"))), Field("entry", Opt(Named("Entry"))))),
        "Result": Variant((Field("Ok", Named("Tree")), Field("query", NULL), Field("é", TEXT))),
        "Balance": NAT64,
        "Nothing": Record(()),
        "Hook": Func((Named("Entry"),), (), "oneway"),
        "Peer": Service((("ping", Func((), (TEXT,), "query")), ("hook", Named("Hook")))),
    }
)
INTERFACE = Interface(
    types=TABLE,
    methods={
        "put": Method("put", "update", ("e", "b"), (Named("Entry"), Named("Balance")), None),
        "import": Method("import", "query", (), (), Named("Result")),
        "follow": Method("follow", "query", ("p",), (Named("Peer"),), TEXT, is_async=True),
        "both": Method("both", "update", ("n",), (Named("Nothing"),), Opt(Vec(PAIR))),
    },
    lifecycle={"init": Method("init", "lifecycle", ("a",), (Opt(Named("Entry")), TEXT), None)},
)

DID = """\
type Balance = nat64;
type Entry = record {
  key : text;
  from : blob;
  at : record { nat64; text };
};
type Hook = func (Entry) -> () oneway;
type Nothing = record {};
type Peer = service { ping : () -> (text) query; hook : Hook };
type Result = variant {
  Ok : Tree;
  "query";
  "é" : text;
};
type Tree = record {
  below : vec Tree;
  entry : opt Entry;
};
service : (opt Entry, text) -> {
  both : (Nothing) -> (opt vec record { nat64; text });
  follow : (Peer) -> (text) composite_query;
  "import" : () -> (Result) query;
  put : (Entry, Balance) -> ();
}
"""


def test_a_service_is_written_whole() -> None:
    """Types in use by name, fields as declared, methods by name, modes, quotes, blob, tuples."""
    assert service_text(INTERFACE) == DID


def test_the_text_does_not_depend_on_insertion_order() -> None:
    """The same interface in another order gives the same file."""
    turned = Interface(
        types=TypeTable(dict(reversed(TABLE.types.items()))),
        methods=dict(reversed(INTERFACE.methods.items())),
        lifecycle=INTERFACE.lifecycle,
    )
    assert service_text(turned) == DID


def test_an_empty_service_is_written_on_one_line() -> None:
    """No types, no methods, no arguments."""
    assert service_text(Interface()) == "service : () -> {}\n"


def test_names_are_quoted_where_candid_needs_it() -> None:
    """Keywords, foreign letters, quotes and backslashes."""
    assert [quoted(n) for n in ("name", "_x1", "text", "é", 'a"b', "a\\b", "", "1a")] == [
        "name", "_x1", '"text"', '"é"', '"a\\"b"', '"a\\\\b"', '""', '"1a"',
    ]  # fmt: skip


def test_errors_write_types_out_and_sort_their_fields() -> None:
    """Only a recursive type keeps its name there."""
    assert type_text(Named("Entry"), TABLE) == "Entry"
    assert expanded_text(Named("Tree"), TABLE) == "Tree"
    assert expanded_text(Opt(Named("Entry")), TABLE) == (
        "opt record { at : record { nat64; text }; key : text; from : blob }"
    )


def test_a_copied_table_leaves_the_codecs_memo_behind() -> None:
    """Tables that have been encoded with can be pickled and copied."""
    encode([Named("Balance")], [1], TABLE)
    for twin in (pickle.loads(pickle.dumps(TABLE)), copy.deepcopy(TABLE)):  # noqa: S301 - our own
        assert twin == TABLE
        assert twin.memo == {}
