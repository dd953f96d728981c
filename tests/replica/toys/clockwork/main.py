"""A toy of timers, time, entropy and certified data."""

import os
import random
import time
import unicodedata

from kybra import Async, Opt, Vec, blob, ic, nat64, query, text, update, void

events: list[str] = []
drawn = os.urandom(4).hex()
seeded = random.random()


def note(name: text):
    events.append(name)


@update
def after(delay: nat64, name: text) -> nat64:
    return ic.set_timer(delay, lambda: note(name))


@update
def every(delay: nat64, name: text) -> nat64:
    return ic.set_timer_interval(delay, lambda: note(name))


@update
def several(count: nat64) -> void:
    for index in range(count):
        ic.set_timer(5, lambda name=str(index): note(name))


@update
def cancel(timer: nat64) -> void:
    ic.clear_timer(timer)


def note_and_raise():
    note("undone")
    raise ValueError("timer boom")


@update
def after_raising(delay: nat64) -> void:
    ic.set_timer(delay, note_and_raise)


def note_await_raise():
    note("kept before")
    yield ic.call_raw(ic.id(), "nothing", b"DIDL\x00\x00", 0)
    note("kept after")
    raise ValueError("dropped")


@update
def after_generator(delay: nat64) -> void:
    ic.set_timer(delay, note_await_raise)


@update
def nothing() -> void:
    pass


@update
def after_then_trap(delay: nat64) -> void:
    ic.set_timer(delay, lambda: note("never"))
    ic.trap("no timer stays")


@update
def bad_delay(kind: text) -> text:
    try:
        ic.set_timer(1.5 if kind == "float" else -1, lambda: None)
    except (TypeError, OverflowError) as error:
        return type(error).__name__ + " " + str(error)
    return "set"


@query
def seen() -> Vec[text]:
    return events


@query
def timer_in_query() -> void:
    ic.set_timer(0, lambda: None)


@query
def now() -> Vec[nat64]:
    return [ic.time(), int(time.time())]


@query
def entropy() -> Vec[text]:
    return [drawn, str(seeded), os.urandom(4).hex()]


@query
def gaps() -> Vec[text]:
    return [name for name in ("combining", "category", "normalize") if hasattr(unicodedata, name)]


@update
def draw() -> Vec[text]:
    return [os.urandom(4).hex(), str(random.random())]


@update
def certify(data: blob) -> void:
    ic.set_certified_data(data)


@query
def certificate() -> Opt[blob]:
    return ic.data_certificate()


@update
def random_bytes() -> Async[blob]:
    result = yield ic.call_raw(ic_management(), "raw_rand", b"DIDL\x00\x00", 0)
    return result.Ok


def ic_management():
    from kybra import Principal

    return Principal.management_canister()


@update
def spend() -> nat64:
    ic.print("spending")
    return ic.performance_counter(0)
