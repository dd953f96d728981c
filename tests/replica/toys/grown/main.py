"""The members toy's map of pairs with one field more, which may be missing."""

from kybra import Opt, Record, StableBTreeMap, nat64, query, text


class Pair(Record):
    left: text
    right: nat64
    note: Opt[text]


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
