"""The smallest canister with a map: what the replica itself costs."""

from kybra import Opt, StableBTreeMap, query, text, update, void

shelf = StableBTreeMap[text, text](memory_id=0, max_key_size=40, max_value_size=1_100)


@query
def read(key: text) -> Opt[text]:
    """Read one entry."""
    return shelf.get(key)


@update
def write(key: text, value: text) -> void:
    """Write one entry."""
    shelf.insert(key, value)
