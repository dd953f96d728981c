"""A toy to install and to upgrade; tests load it as version "a", "b" or "bad"."""

from kybra import (
    Async,
    Principal,
    Service,
    StableBTreeMap,
    Vec,
    ic,
    init,
    post_upgrade,
    pre_upgrade,
    query,
    service_update,
    text,
    update,
    void,
)

VERSION = "a"
kept = StableBTreeMap[text, text](memory_id=0, max_key_size=20, max_value_size=40)
heap: list[str] = []


class EchoService(Service):
    @service_update
    def echo(self, message: text) -> text: ...


@init
def init_(first: text) -> void:
    heap.append("init " + first)
    kept.insert("first", first)


@pre_upgrade
def leaving() -> void:
    heap.append("leaving")
    kept.insert("left", VERSION)


@post_upgrade
def arriving() -> void:
    heap.append("arrived " + VERSION)
    kept.insert("arrived", VERSION)
    if VERSION == "bad":
        ic.trap("no way in")


@query
def story() -> Vec[text]:
    return heap + [key + "=" + value for key, value in kept.items()]


@update
def wait_for(echo: Principal) -> Async[text]:
    heap.append("waiting")
    yield EchoService(echo).echo("x")
    heap.append("woken")
    return "woken"


@update
def set_alarm() -> void:
    ic.set_timer(10, lambda: heap.append("alarm"))


@update
def certify() -> void:
    ic.set_certified_data(b"proof")
