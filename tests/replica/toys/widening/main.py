"""The lifecycle toy's map with a larger value: accepted at upgrade, refused at first use."""

from kybra import StableBTreeMap, query, text

kept = StableBTreeMap[text, text](memory_id=0, max_key_size=20, max_value_size=400)


@query
def read() -> text:
    return str(kept.get("first"))
