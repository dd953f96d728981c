"""A toy of types, guards and inspection."""

import copy

from kybra import (
    GuardResult,
    Opt,
    Principal,
    Record,
    StableBTreeMap,
    Tuple,
    Variant,
    Vec,
    blob,
    float64,
    ic,
    inspect_message,
    nat,
    nat8,
    nat64,
    null,
    query,
    text,
    update,
    void,
)


class Point(Record):
    x: nat64
    label: Opt[text]


class Shape(Variant, total=False):
    Dot: Point
    Nothing: null


numbers = StableBTreeMap[nat64, text](memory_id=1, max_key_size=20, max_value_size=60)
words = StableBTreeMap[text, text](memory_id=2, max_key_size=20, max_value_size=60)
pairs = StableBTreeMap[Tuple[nat64, text], text](memory_id=4, max_key_size=60, max_value_size=60)
guarded: list[str] = []


@query
def mirror(point: Point) -> Point:
    return point


@query
def shape_of(kind: text) -> Shape:
    if kind == "dot":
        return {"Dot": {"x": 1, "label": None}}
    return {"Nothing": None}


@query
def opaque(value: Opt[nat64]) -> text:
    return str(value)


@query
def all_sorts(data: blob, size: nat8, big: nat, ratio: float64, who: Principal) -> Vec[text]:
    return [data.hex(), str(size), str(big), str(ratio), who.to_str()]


@query
def int_for_float() -> float64:
    return 1


@query
def void_with_value() -> void:
    return 5


def closed() -> GuardResult:
    guarded.append("seen")
    return {"Err": "the guard says no"}


def blowing() -> GuardResult:
    guarded.append("blown")
    raise ValueError("guard blew")


def opened() -> GuardResult:
    return {"Ok": None}


@update(guard=closed)
def behind_closed(value: nat64) -> nat64:
    return value


@update(guard=blowing)
def behind_blowing() -> void:
    pass


@update(guard=opened)
def behind_open(value: nat64) -> nat64:
    return value


@query
def guards_seen() -> Vec[text]:
    return guarded


@inspect_message
def inspect() -> void:
    if ic.method_name() == "uninvited":
        return
    if ic.method_name() == "provoking":
        raise ValueError("insp")
    ic.accept_message()


@update
def uninvited() -> void:
    pass


@update
def provoking() -> void:
    pass


@update
def fill() -> void:
    for number in (300, 2, 70_000, 10):
        numbers.insert(number, str(number))
        pairs.insert((number, "p"), "v")
    for word in ("b", "aa", "a", "é", "Z"):
        words.insert(word, word)


@query
def orders() -> Vec[text]:
    return [str(numbers.keys()), str(words.keys()), str(pairs.keys()), str(numbers.len())]


@update
def odd_uses() -> Vec[text]:
    nowhere = copy.copy(words)
    nowhere.memory_id = 9
    seen = [
        str(words.get("x" * 50)),
        str(words.contains_key("x" * 50)),
        str(words.remove("x" * 50)),
    ]
    for action in (
        lambda: words.insert(5, "v"),
        lambda: numbers.insert(-1, "v"),
        lambda: nowhere.get("k"),
    ):
        try:
            action()
        except Exception as error:
            seen.append(type(error).__name__ + ": " + str(error))
    return seen
