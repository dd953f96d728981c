"""A toy that uses every member of `ic` that the other toys leave out."""

import os
import sys
import time

import kybra
from kybra import (
    Async,
    CallResult,
    Manual,
    Principal,
    Record,
    Service,
    StableBTreeMap,
    Vec,
    blob,
    ic,
    nat64,
    query,
    service_query,
    service_update,
    text,
    update,
    void,
)


class Pair(Record):
    left: text
    right: nat64


class Other(Service):
    @service_update
    def keep(self, word: text) -> text: ...

    @service_query
    def whoami(self) -> text: ...

    @service_update
    def gone(self) -> void: ...


pairs = StableBTreeMap[text, Pair](memory_id=5, max_key_size=20, max_value_size=100)


words = StableBTreeMap[text, text](memory_id=6, max_key_size=20, max_value_size=100)


words_again = StableBTreeMap[text, text](memory_id=6, max_key_size=20, max_value_size=100)


kept: list[str] = []


@update
def keep(word: text) -> text:
    kept.append(word)
    return word


@query
def kept_words() -> Vec[text]:
    return kept


@query
def whoami() -> text:
    return ic.caller().to_str() + " " + ic.id().to_str()


@query
def raw_argument(first: text) -> Vec[text]:
    return [ic.arg_data_raw().hex(), str(ic.arg_data_raw_size())]


@update
def raw_reply(data: blob) -> Manual[text]:
    ic.reply_raw(data)
    return None


@update
def cycles_of_all_widths(peer: Principal) -> Async[text]:
    info = Other(peer).keep("128").with_cycles128(1_000)
    result: CallResult[text] = yield info
    seen = [ic.canister_balance() == ic.canister_balance128(), ic.msg_cycles_refunded128()]
    return str([*seen, ic.msg_cycles_refunded(), result.Ok])


@update
def take_128() -> Vec[nat64]:
    before = ic.msg_cycles_available128()
    taken = ic.msg_cycles_accept128(400)
    return [before, ic.msg_cycles_available(), taken, ic.msg_cycles_available128()]


@update
def pay_for_taking(peer: Principal) -> Async[text]:
    result: CallResult[blob] = yield ic.call_raw128(peer, "take_128", b"DIDL\x00\x00", 1_000)
    return result.Ok.hex() + " " + str(ic.msg_cycles_refunded())


@update
def after_a_reject(peer: Principal) -> Async[text]:
    first: CallResult[void] = yield Other(peer).gone()
    codes = [str(ic.reject_code()), ic.reject_message()[:16], str(first.Err)[:16]]
    second: CallResult[text] = yield Other(peer).keep("fine")
    return str([*codes, str(ic.reject_code()), second.Ok, ic.caller().to_str()])


@update
def notify_in_three_ways(peer: Principal, cycles: nat64) -> Vec[text]:
    argument = b"DIDL\x00\x01\x71\x03raw"
    return [
        str(ic.notify_raw(peer, "keep", argument, 0)),
        str(Other(peer).keep("typed").notify()),
        str(Other(peer).keep("paid").with_cycles(cycles).notify()),
    ]


@update
def reply_then_trap() -> Manual[text]:
    kept.append("never")
    ic.reply("never")
    ic.trap("after the reply")


@update
def reply_then_fail_later(peer: Principal) -> Async[Manual[text]]:
    ic.reply("early")
    kept.append("before")
    yield Other(peer).keep("x")
    kept.append("after")
    raise ValueError("nobody hears this")


@update
def deep() -> text:
    def down(level: int) -> int:
        return down(level + 1)

    try:
        down(0)
    except RecursionError:
        return "caught"
    return "bottomless"


@update
def shared_map() -> Vec[text]:
    empty = words.is_empty()
    previous = words.insert("b", "1")
    replaced = words_again.insert("b", "2")
    words.insert("a", "3")
    facts = [words.contains_key("a"), words.len(), words.values(), words_again.items()]
    removed = words.remove("b")
    return [str(each) for each in [empty, previous, replaced, *facts, removed, words.keys()]]


@update
def keep_pair() -> void:
    pairs.insert("p", {"left": "l", "right": 7})


@query
def surroundings() -> Vec[text]:
    clock = str(hasattr(time, "time_ns"))
    return [str(dict(os.environ)), clock, sys.implementation.name]


@update
def chain(links: nat64) -> void:
    def link() -> None:
        kept.append("link")
        chain(links - 1)

    if links > 0:
        ic.set_timer(0, link)


@update
def timer_ids() -> Vec[text]:
    first = ic.set_timer(1, lambda: kept.append("first"))
    second = ic.set_timer_interval(1, lambda: kept.append("second"))
    ic.clear_timer(first)
    return [str(first), str(second), str(ic.clear_timer(99))]


@update
def poll() -> Async[text]:
    while "enough" not in kept:
        yield ic.call_raw(Principal.management_canister(), "raw_rand", b"DIDL\x00\x00", 0)
    return "polled"


@update
def counters() -> Vec[nat64]:
    before = ic.performance_counter(0)
    for _ in range(1_000):
        pass
    return [before, ic.performance_counter(0), ic.performance_counter(1)]


@query
def reads_a_file() -> text:
    with open(os.devnull) as file:  # noqa: PTH123 (a canister has no pathlib)
        return file.read()


class Word:
    from_str = str


@query
def whoami_by_a_class_of_its_own() -> text:
    kybra.Principal = Word  # type: ignore[assignment,misc]
    return f"{ic.caller()} {ic.id()}"
