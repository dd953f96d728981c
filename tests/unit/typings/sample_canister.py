"""A canister that uses what the stubs promise; mypy reads it strictly, nobody runs it."""

from kybra import (
    Async,
    CallResult,
    Func,
    GuardResult,
    Manual,
    NotifyResult,
    Opt,
    Principal,
    Query,
    Record,
    Service,
    StableBTreeMap,
    Tuple,
    Variant,
    Vec,
    blob,
    ic,
    init,
    match,
    nat64,
    null,
    post_upgrade,
    pre_upgrade,
    query,
    service_query,
    service_update,
    text,
    update,
    void,
)
from kybra.canisters.management import HttpResponse, HttpTransformArgs, management_canister
from kybra_simple_db import Database, Entity, Integer, String


# A record with each kind of field.
class Entry(Record):
    name: text
    size: Opt[nat64]
    tags: Vec[text]
    pair: Tuple[text, nat64]
    raw: blob


class Outcome(Variant, total=False):
    Done: Entry
    Gone: null
    Bad: text


TransformFunc = Func(Query[[HttpTransformArgs], HttpResponse])


# A function reference as a field.
class Transform(Record):
    function: TransformFunc  # type: ignore[valid-type]  # kybra reads Func by name
    context: blob


# Another canister, as this one calls it.
class Peer(Service):
    @service_update
    def store(self, name: text, size: nat64) -> Outcome: ...

    @service_query
    def names(self) -> Vec[text]: ...

    @service_update
    def forget(self, name: text) -> void: ...


class Tenant(Entity):
    """A row of the small database."""

    __alias__ = "name"
    name = String(max_length=64)
    quota = Integer(default=10)


texts = StableBTreeMap[str, str](memory_id=0, max_key_size=40, max_value_size=1_100)
entries = StableBTreeMap[nat64, Entry](memory_id=1, max_key_size=16, max_value_size=2_000)
peer = Peer(Principal.from_str("aaaaa-aa"))


def only_named() -> GuardResult:
    """Let everybody in but the anonymous."""
    if ic.caller().to_str() == "2vxsx-fae":
        return {"Err": "name yourself"}
    return {"Ok": None}


@init
def start() -> void:
    """Open the database over a stable map."""
    Database.init(db_storage=texts)


@pre_upgrade
def before() -> void:
    """Nothing to save."""


@post_upgrade
def after() -> void:
    """Open the database again, and look around soon."""
    Database.init(db_storage=texts)
    ic.set_timer(1, sweep)


@query
def lookup(name: text) -> Opt[text]:
    """Read a text entry."""
    return texts.get(name)


@query
def entry(number: nat64) -> Outcome:
    """Read a record entry."""
    found = entries.get(number)
    if found is None:
        return {"Gone": None}
    return {"Done": found}


@update(guard=only_named)
def quota(name: text) -> nat64:
    """Read a property that may be absent."""
    tenant = Tenant[name] or Tenant(name=name)
    return tenant.quota or 0


@update
def ask(name: text) -> Async[Outcome]:
    """Await a typed call and narrow its result."""
    reply: CallResult[Outcome] = yield peer.store(name, 3).with_cycles(5)
    if reply.Err is not None:
        return {"Bad": reply.Err}
    return reply.Ok


@update
def ask_twice(name: text) -> Async[Opt[text]]:
    """Await inside an inner generator; yield from keeps its type."""
    outcome = yield from ask(name)
    raw: CallResult[blob] = yield ic.call_raw(ic.id(), "ask", b"DIDL", 0)
    return match(outcome, {"Bad": lambda why: f"bad: {why}", "_": lambda _: str(raw.Ok)})


@update
def manual(name: text) -> Manual[text]:
    """Reply by hand."""
    ic.reply(name)
    return None


@update
def tell(name: text) -> text:
    """Send without awaiting."""
    sent: NotifyResult = peer.forget(name).notify()
    return "sent" if "Ok" in sent else "not sent"


@update
def outcall(url: text) -> Async[text]:
    """Make an HTTP outcall by kybra's own records."""
    reply: CallResult[HttpResponse] = yield management_canister.http_request(
        {
            "url": url,
            "max_response_bytes": 2_000,
            "method": {"get": None},
            "headers": [],
            "body": None,
            "transform": {"function": (ic.id(), "strip"), "context": b""},
        }
    ).with_cycles(10)
    return str(reply.Ok["status"])


@query
def strip(args: HttpTransformArgs) -> HttpResponse:
    """Drop the headers that differ from node to node."""
    return {"status": args["response"]["status"], "headers": [], "body": args["response"]["body"]}


def sweep() -> void:
    """Drop what is old."""
    for key in texts.keys():  # noqa: SIM118 - a stable map does not iterate
        texts.remove(key)
