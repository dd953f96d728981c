"""Python values as JSON that two interpreters can exchange, with nothing lost by it.

Order and type are kept: a dict is a list of pairs, a tuple is no list, and True is not 1. What is
neither a plain value nor a NamedTuple is an object, which each side keeps by its number.
"""

import importlib
from typing import Any


class Objects:
    """The objects of one chapter, numbered as they turn up, the same on both sides."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: list[Any] = []

    def number_of(self, value: object) -> int:
        """Number an object; a new one is kept."""
        for number, known in enumerate(self._known):
            if known is value:
                return number
        self._known.append(value)
        return len(self._known) - 1

    def get(self, number: int) -> Any:
        """Return a numbered object."""
        return self._known[number]


def path_of(thing: Any) -> str:
    """Name a function, method, property or class so that `thing_at` finds it."""
    if isinstance(thing, property):
        thing = thing.fget
    return f"{thing.__module__}:{thing.__qualname__}"


def thing_at(path: str) -> Any:
    """Find what `path_of` named; a property is the function behind it."""
    module, _, name = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found.fget if isinstance(found, property) else found


def encoded(value: Any, objects: Objects) -> Any:  # noqa: PLR0911 - one for each kind
    """Write a value as JSON's types."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, list):
        return [encoded(one, objects) for one in value]
    if isinstance(value, dict):
        pairs = [[encoded(key, objects), encoded(one, objects)] for key, one in value.items()]
        return {"dict": pairs}
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted([encoded(one, objects) for one in value], key=repr)}
    if isinstance(value, tuple):
        fields = [encoded(one, objects) for one in value]
        name = path_of(type(value)) if hasattr(value, "_fields") else ""
        return {"tuple": fields, "of": name}
    return {"object": objects.number_of(value), "of": type(value).__name__}


def decoded(form: Any, objects: Objects) -> Any:  # noqa: PLR0911 - one for each kind
    """Read what `encoded` wrote."""
    if isinstance(form, list):
        return [decoded(one, objects) for one in form]
    if not isinstance(form, dict):
        return form
    if "dict" in form:
        return {decoded(key, objects): decoded(one, objects) for key, one in form["dict"]}
    if "bytes" in form:
        return bytes.fromhex(form["bytes"])
    if "float" in form:
        return float(form["float"])
    if "set" in form:
        return {decoded(one, objects) for one in form["set"]}
    if "tuple" in form:
        fields = [decoded(one, objects) for one in form["tuple"]]
        return thing_at(form["of"])(*fields) if form["of"] else tuple(fields)
    return objects.get(form["object"])
