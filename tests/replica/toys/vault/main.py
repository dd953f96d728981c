"""A toy whose heap and stable map must both come back after a trap."""

from kybra import (
    Async,
    CallResult,
    Opt,
    Principal,
    Service,
    StableBTreeMap,
    Vec,
    ic,
    nat64,
    query,
    service_update,
    text,
    update,
    void,
)

kept = StableBTreeMap[text, text](memory_id=3, max_key_size=40, max_value_size=100)
heap: dict[str, str] = {}


class Tally:
    """A class attribute is heap, too."""

    total = 0


class EchoService(Service):
    @service_update
    def echo(self, message: text) -> text: ...


@update
def put(key: text, value: text) -> Opt[text]:
    heap[key] = value
    Tally.total += 1
    return kept.insert(key, value)


@query
def get(key: text) -> Vec[text]:
    return [heap.get(key, "-"), kept.get(key) or "-", str(Tally.total)]


@query
def put_in_query(key: text, value: text) -> Vec[text]:
    heap[key] = value
    Tally.total += 1
    kept.insert(key, value)
    return get(key)


@update
def put_and_trap(key: text, value: text) -> void:
    put(key, value)
    try:
        ic.trap("on purpose")
    finally:
        kept.insert("finally", "ran")


@update
def put_and_raise(key: text, value: text) -> void:
    put(key, value)
    raise ValueError("boom")


@update
def put_wrong_reply(key: text, value: text) -> nat64:
    put(key, value)
    return "not a number"


@update
def put_too_large(key: text) -> void:
    heap[key] = "large"
    try:
        kept.insert(key, "x" * 200)
    except BaseException:
        heap[key] = "caught"


@update
def put_await(key: text, before: text, after: text, echo: Principal) -> Async[text]:
    put(key, before)
    result: CallResult[text] = yield EchoService(echo).echo("hello")
    put(key, after)
    return str(result.Ok) + heap[key]


@update
def put_await_trap(key: text, before: text, after: text, echo: Principal) -> Async[text]:
    put(key, before)
    try:
        yield EchoService(echo).echo("hello")
        put(key, after)
        ic.trap("after the await")
    finally:
        kept.insert("finally", "ran")
    return "never"


@update
def put_await_raise(key: text, before: text, after: text, echo: Principal) -> Async[text]:
    put(key, before)
    yield EchoService(echo).echo("hello")
    put(key, after)
    raise KeyError("late")


@update
def count_twice(name: text, echo: Principal) -> Async[text]:
    shared = heap
    first = int(shared.get("shared", "0"))
    shared["shared"] = str(first + 1)
    yield EchoService(echo).echo(name)
    shared["shared"] = str(int(shared["shared"]) + 10)
    yield EchoService(echo).echo(name)
    shared["shared"] = str(int(shared["shared"]) + 100)
    return name + " " + shared["shared"] + " " + heap["shared"]


@update
def spoil_shared() -> void:
    heap["shared"] = "spoilt"
    heap["extra"] = "spoilt"
    ic.trap("spoilt on purpose")


@update
def spin() -> void:
    heap["spinning"] = "yes"
    while True:
        pass


@query
def spin_query() -> void:
    while True:
        pass


@query
def all_entries() -> Vec[text]:
    return [key + "=" + value for key, value in kept.items()]
