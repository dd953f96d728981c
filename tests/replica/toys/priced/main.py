"""A canister that says what its own micro-programs cost, by its own counter."""

from typing import Any

from kybra import (
    Async,
    CallResult,
    Opt,
    Service,
    StableBTreeMap,
    Vec,
    blob,
    ic,
    nat8,
    nat64,
    query,
    service_update,
    text,
    update,
    void,
)
from kybra.canisters.management import management_canister
from priced_records import Answer, Asked, Five, Six, Spoken
from programs import LOOPS, ONCE, ONE_LINERS, nothing

COUNT = 500
TEXTS = ["a" * 2_000, "a" * 1_500, "h" * 500, "b" * 200]
BLOB = b"a" * 10_000


class Self(Service):
    @service_update
    def take_nothing(self) -> void: ...


texts = StableBTreeMap[text, text](memory_id=0, max_key_size=40, max_value_size=1100)


numbered = StableBTreeMap[nat64, text](memory_id=1, max_key_size=16, max_value_size=4200)


in_order = StableBTreeMap[nat64, text](memory_id=2, max_key_size=16, max_value_size=1100)


numbers = StableBTreeMap[nat64, nat64](memory_id=3, max_key_size=16, max_value_size=16)


long_keys = StableBTreeMap[text, text](memory_id=4, max_key_size=80, max_value_size=4200)


large = StableBTreeMap[nat64, text](memory_id=5, max_key_size=16, max_value_size=64000)


records = StableBTreeMap[nat64, Five](memory_id=6, max_key_size=16, max_value_size=200)


blobs = StableBTreeMap[blob, blob](memory_id=7, max_key_size=48, max_value_size=1100)


long_blobs = StableBTreeMap[blob, blob](memory_id=8, max_key_size=48, max_value_size=4200)


def scattered(number: int) -> int:
    return number * 11400714819323198485 % 2**64


def five(number: int) -> Any:
    return {"first": "a", "second": "b", "third": "c", "fourth": number, "fifth": 5}


MAPS: dict[str, Any] = {
    "text 16 -> text 1000": (texts, lambda n: f"{scattered(n):016x}", lambda n: "v" * 1_000),
    "nat64, random -> text 4000": (numbered, scattered, lambda n: "v" * 4_000),
    "nat64, in order -> text 1000": (in_order, lambda n: n, lambda n: "v" * 1_000),
    "nat64 -> nat64": (numbers, lambda n: n, lambda n: n),
    "text 64 -> text 4000": (long_keys, lambda n: f"{scattered(n):064x}", lambda n: "v" * 4_000),
    "nat64 -> text 60000": (large, scattered, lambda n: "v" * 60_000),
    "nat64 -> record of 5": (records, scattered, five),
    "blob 32 -> blob 1024": (blobs, lambda n: b"%032x" % scattered(n), lambda n: b"v" * 1_024),
    "blob 32 -> blob 4096": (long_blobs, lambda n: b"%032x" % scattered(n), lambda n: b"v" * 4_096),
}


def spent(program: Any, count: int) -> int:
    before = ic.performance_counter(0)
    program(count)
    return ic.performance_counter(0) - before


def nothing_at_all() -> None: ...


@update
def step(name: text) -> nat64:
    """One turn of a loop, what the loop itself takes included."""
    return spent(LOOPS[name], COUNT) // COUNT


@update
def beyond_loop(name: text) -> nat64:
    """One turn of a loop, less an empty one."""
    return (spent(LOOPS[name], COUNT) - spent(nothing, COUNT)) // COUNT


@update
def once(name: text) -> nat64:
    return spent(ONCE[name], 1) - spent(nothing, 0)


@update
def one_line(name: text) -> nat64:
    program = ONE_LINERS[name]
    return spent(lambda _count: program(), 1) - spent(lambda _count: nothing_at_all(), 1)


@update
def fill(name: text, start: nat64, end: nat64) -> void:
    of, key, value = MAPS[name]
    for number in range(start, end):
        of.insert(key(number), value(number))


@update
def operate(name: text, number: nat64) -> Vec[nat64]:
    """Get, get of an absent key, insert and remove: what each costs."""
    of, key, value = MAPS[name]
    present, absent, content = key(number), key(10_000_000), value(number)
    return [
        spent(lambda _count: of.get(present), 1),
        spent(lambda _count: of.get(absent), 1),
        spent(lambda _count: of.insert(absent, content), 1),
        spent(lambda _count: of.remove(absent), 1),
    ]


@query
def take_nothing_query() -> void: ...


@update
def take_nothing() -> void: ...


@query
def take_text(value: text) -> void: ...


@query
def take_blob(value: blob) -> void: ...


@query
def take_record(value: Asked) -> void: ...


@query
def take_records(value: Vec[Asked]) -> void: ...


@query
def take_four(namespace: text, model: text, messages: Vec[Spoken], parameters: text) -> void: ...


@query
def give_text() -> text:
    return TEXTS[0]


@query
def give_pair() -> Opt[Answer]:
    return {"body": TEXTS[1], "header": TEXTS[2]}


@query
def give_six() -> Opt[Six]:
    return {
        "first": TEXTS[1],
        "second": TEXTS[3],
        "third": TEXTS[3],
        "fourth": "d",
        "fifth": 5,
        "sixth": 6,
    }


@query
def give_blob() -> blob:
    return BLOB


@update
def call_self() -> Async[nat64]:
    own = Self(ic.id())
    before = ic.performance_counter(1)
    result: CallResult[void] = yield own.take_nothing()
    return ic.performance_counter(1) - before


@update
def draw_random() -> Async[nat64]:
    before = ic.performance_counter(1)
    result: CallResult[blob] = yield management_canister.raw_rand()
    return ic.performance_counter(1) - before


@update
def spin() -> void:
    try:
        while True:
            pass
    finally:
        ic.print("never")


@query
def spin_query() -> nat8:
    while True:
        pass
