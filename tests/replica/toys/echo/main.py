"""A toy that answers, refuses, traps and takes cycles."""

from kybra import (
    Async,
    CallResult,
    Manual,
    Principal,
    Service,
    ic,
    nat64,
    query,
    service_update,
    text,
    update,
    void,
)


class Peer(Service):
    @service_update
    def echo(self, message: text) -> text: ...

    @service_update
    def take(self, cycles: nat64) -> nat64: ...

    @service_update
    def take_and_trap(self, cycles: nat64) -> nat64: ...

    @service_update
    def refuse(self, why: text) -> void: ...

    @service_update
    def explode(self, why: text) -> void: ...

    @service_update
    def silence(self) -> void: ...

    @service_update
    def missing(self) -> void: ...

    @service_update
    def number(self) -> text: ...


@update
def echo(message: text) -> text:
    return message


@query
def whoami() -> text:
    return ic.caller().to_str()


@update
def number() -> nat64:
    return 7


@update
def take(cycles: nat64) -> nat64:
    return ic.msg_cycles_accept(cycles)


@update
def take_and_trap(cycles: nat64) -> nat64:
    ic.msg_cycles_accept(cycles)
    ic.trap("kept nothing")


@update
def refuse(why: text) -> Manual[void]:
    ic.reject(why)


@update
def explode(why: text) -> void:
    raise RuntimeError(why)


@update
def silence() -> Manual[void]:
    pass


@update
def reply_then_work(peer: Principal) -> Async[Manual[text]]:
    ic.reply("accepted")
    yield Peer(peer).echo("more")
    state["worked"] = "yes"


@update
def reply_twice() -> text:
    ic.reject("first")
    return "second"


@query
def worked() -> text:
    return state.get("worked", "no")


state: dict[str, str] = {}


@update
def call(peer: Principal, method: text, argument: text, cycles: nat64) -> Async[text]:
    service = Peer(peer)
    if method == "take":
        info = service.take(int(argument)).with_cycles(cycles)
    elif method == "take_and_trap":
        info = service.take_and_trap(int(argument)).with_cycles(cycles)
    elif method in ("silence", "missing", "number"):
        info = getattr(service, method)()
    else:
        info = getattr(service, method)(argument)
    result: CallResult[text] = yield info
    refunded = ic.msg_cycles_refunded()
    if result.Err is not None:
        return "Err " + result.Err + " refunded " + str(refunded)
    return "Ok " + str(result.Ok) + " refunded " + str(refunded)


@update
def call_raw(peer: Principal, method: text, cycles: nat64) -> Async[text]:
    result: CallResult[bytes] = yield ic.call_raw(peer, method, b"DIDL\x00\x00", cycles)
    return "Err " + result.Err if result.Err is not None else "Ok " + result.Ok.hex()


@update
def notify(peer: Principal, message: text) -> text:
    return str(Peer(peer).echo(message).notify())


@update
def balance() -> nat64:
    return ic.canister_balance()


@update
def burst(peer: Principal, calls: nat64) -> Async[text]:
    texts = []
    for _ in range(calls):
        result: CallResult[text] = yield Peer(peer).echo("x")
        texts.append(str(result.Ok) + str(result.Err))
    return ",".join(texts)


def inner(peer: Principal):
    yield Peer(peer).echo("deep")
    raise ValueError("from inner")


@update
def nested_by_yield_from(peer: Principal) -> Async[text]:
    try:
        yield from inner(peer)
    except ValueError as error:
        return "caught " + str(error)
    return "not raised"


@update
def nested_by_yield(peer: Principal) -> Async[text]:
    try:
        yield inner(peer)
    except ValueError as error:
        return "caught " + str(error)
    return "not raised"


@update
def yields_nonsense() -> Async[text]:
    try:
        yield 5
    except AttributeError:
        return "caught"
    return "never"
