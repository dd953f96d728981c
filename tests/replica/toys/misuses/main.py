"""A toy that does what is refused: members, places, sizes, raises, guards."""

from typing import Any

from kybra import (
    GuardResult,
    Principal,
    Vec,
    ic,
    nat64,
    query,
    text,
    update,
    void,
)

kept: list[str] = []


@update
def keep(word: text) -> text:
    kept.append(word)
    return word


@query
def kept_words() -> Vec[text]:
    return kept


def call_member(name: str) -> Any:
    arguments: dict[str, list[Any]] = {
        "stable_grow": [1],
        "stable_read": [0, 1],
        "stable_write": [0, b"x"],
        "stable64_grow": [1],
        "stable64_read": [0, 1],
        "stable64_write": [0, b"x"],
    }
    return getattr(ic, name)(*arguments.get(name, []))


@update
def use(name: text) -> text:
    try:
        return str(call_member(name))
    except BaseException:
        return "caught"


@update
def large_reply(size: nat64) -> text:
    return "x" * size


@query
def large_query_reply(size: nat64) -> text:
    return "x" * size


@update
def raise_named(name: text) -> void:
    class OddError(Exception):
        pass

    kept.append("never")
    failures = {
        "SystemExit": SystemExit("out"),
        "KeyboardInterrupt": KeyboardInterrupt("now"),
        "GeneratorExit": GeneratorExit("gen"),
        "empty": ValueError(),
        "two": OddError("cus", "tom"),
        "key": KeyError("b"),
    }
    raise failures[name]


def trapping() -> GuardResult:
    kept.append("guarded")
    ic.trap("guard trapped")


def nothing() -> GuardResult:  # type: ignore[return]
    kept.append("nothing")


def noting() -> GuardResult:
    kept.append("noted")
    return {"Ok": None}


@update(guard=trapping)
def behind_trapping() -> void:
    pass


@update(guard=nothing)
def behind_nothing() -> void:
    pass


@update(guard=noting)
def behind_noting(value: nat64) -> void:
    pass


@update
def wrong_place(name: text) -> void:
    if name == "accept_message":
        ic.accept_message()
    elif name == "method_name":
        ic.method_name()
    elif name == "reject_code":
        ic.reject_code()
    elif name == "reject_message":
        ic.reject_message()


@update
def notify_a_fortune(peer: Principal, cycles: nat64) -> void:
    ic.notify_raw(peer, "keep", b"DIDL\x00\x01\x71\x04poor", 0)
    ic.notify_raw(peer, "keep", b"DIDL\x00\x01\x71\x04rich", cycles)


@update
def far_timer(delay: nat64) -> void:
    ic.set_timer(delay, lambda: None)


@update
def timer_of_nothing() -> void:
    ic.set_timer(0, 5)  # type: ignore[arg-type]


@query
def certify_in_a_query() -> void:
    ic.set_certified_data(b"q")


@query
def call_in_a_query(peer: Principal) -> text:
    return str(ic.notify_raw(peer, "keep", b"DIDL\x00\x01\x71\x01q", 0))


@update
def certify_and_trap() -> void:
    ic.set_certified_data(b"undone")
    ic.trap("no certificate")


def one_wait() -> Any:
    yielded = yield ic.call_raw(Principal.management_canister(), "raw_rand", b"DIDL\x00\x00", 0)
    kept.append("Ok" if yielded.Err is None else yielded.Err)


@update
def wait_often(times: nat64) -> void:
    for _ in range(times):
        ic.set_timer(0, one_wait)
