"""The members toy's map of pairs with another value type: what was stored does not fit it."""

from kybra import Record, StableBTreeMap, nat64, query, text


class Pair(Record):
    left: nat64
    right: nat64


pairs = StableBTreeMap[text, Pair](memory_id=5, max_key_size=20, max_value_size=100)


@query
def read() -> text:
    return str(pairs.get("p"))


@query
def read_carefully() -> text:
    try:
        return str(pairs.get("p"))
    except Exception as error:
        return type(error).__name__
