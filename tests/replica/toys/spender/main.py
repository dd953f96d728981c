"""A toy that spends instructions without end, wherever it is asked to."""

from kybra import (
    Async,
    CallResult,
    Principal,
    Service,
    StableBTreeMap,
    Vec,
    ic,
    init,
    inspect_message,
    nat64,
    post_upgrade,
    pre_upgrade,
    query,
    service_update,
    text,
    update,
    void,
)
from kybra.canisters.management import HttpResponse, HttpTransformArgs, management_canister

VERSION = "a"
HUGE = 1_000_000


class Self(Service):
    @service_update
    def keep(self, word: text) -> void: ...


words: list[str] = []


stored = StableBTreeMap[text, text](memory_id=0, max_key_size=20, max_value_size=100)


def spend() -> None:
    """Ends by nothing but the limit: what is raised or left is noted."""
    try:
        while True:
            "x" * HUGE
    except BaseException:
        words.append("caught")
    finally:
        words.append("finally")


def spend_the_most_of_an_installation() -> None:
    for _ in range(400):
        "x" * HUGE


@init
def begin(endless: text) -> void:
    if endless == "init":
        spend()


@pre_upgrade
def leave() -> void:
    if VERSION == "leaves dearly":
        spend_the_most_of_an_installation()
    if VERSION == "leaves endlessly":
        spend()


@post_upgrade
def enter() -> void:
    if VERSION == "enters dearly":
        spend_the_most_of_an_installation()
    if VERSION == "enters endlessly":
        spend()


@inspect_message
def inspect() -> void:
    if ic.method_name() == "not_admitted":
        spend()
    ic.accept_message()


@update
def not_admitted() -> void: ...


@query
def kept() -> Vec[text]:
    return words + [value for _, value in stored.items()]


@update
def keep(word: text) -> void:
    words.append(word)


@update
def endless_update() -> void:
    keep("before")
    stored.insert("key", "before")
    spend()


@query
def endless_query() -> void:
    spend()


@query
def nearly_endless_query() -> nat64:
    for _ in range(23):
        "x" * HUGE
    return ic.performance_counter(0)


@update
def endless_timer() -> void:
    ic.set_timer(0, ring)


def ring() -> None:
    keep("rung")
    spend()


@update
def endless_callback(me: Principal) -> Async[void]:
    keep("before the await")
    yield Self(me).keep("meanwhile")
    keep("after the await")
    spend()


@update
def endless_system_calls() -> void:
    while True:
        ic.id()


@update
def endless_list() -> void:
    sum([number + 1 for number in iter(int, 1)])


@query
def endless_transform(args: HttpTransformArgs) -> HttpResponse:
    spend()
    return args["response"]


@update
def fetch(me: Principal) -> Async[text]:
    result: CallResult[HttpResponse] = yield management_canister.http_request(
        {
            "url": "https://model.example/",
            "max_response_bytes": 2_000,
            "method": {"get": None},
            "headers": [],
            "body": None,
            "transform": {"function": (me, "endless_transform"), "context": b""},
        }
    ).with_cycles(10**9)
    return str(result.Err)


@update
def counters_around_an_await(me: Principal) -> Async[Vec[nat64]]:
    "x" * HUGE
    before = [ic.performance_counter(0), ic.performance_counter(1)]
    yield Self(me).keep("meanwhile")
    return [*before, ic.performance_counter(0), ic.performance_counter(1)]
