"""The batcher's rows as kybra-simple-db entities."""

from typing import TypeVar

from kybra_simple_db import Entity, String

_Row = TypeVar("_Row", bound=Entity)


class Controller(Entity):
    """Who configures this canister."""

    __alias__ = "principal"
    principal = String(max_length=63)


class Asker(Entity):
    """Who may ask; sponsored is "yes" or "no", priority a name of `PRIORITIES`."""

    __alias__ = "principal"
    principal = String(max_length=63)
    sponsored = String(max_length=3)
    priority = String(max_length=6)


class Member(Entity):
    """Who may ask within a shared namespace; listing is its name, a blank and the principal."""

    __alias__ = "listing"
    listing = String(max_length=140)


class Receiver(Entity):
    """A function that answers are pushed to; listing is its canister, a blank and its name."""

    __alias__ = "listing"
    listing = String(max_length=140)


class TenantQuota(Entity):
    """What a tenant, or "default", may use: numbers, "" for no limit; models, by blanks."""

    __alias__ = "tenant"
    tenant = String(max_length=63)
    requests = String(max_length=20)
    cycles = String(max_length=20)
    waiting = String(max_length=20)
    models = String(max_length=1_200)


class KnownModel(Entity):
    """A whole model name that infer serves; lists is "yes" if a provider takes them."""

    __alias__ = "name"
    name = String(max_length=200)
    lists = String(max_length=3)


class CacheRow(Entity):
    """A cache that shares the key space; its state as in `batcher_core.key_space`."""

    __alias__ = "principal"
    principal = String(max_length=63)
    state = String(max_length=8)


class Setting(Entity):
    """A single value under its name: "infer" (a canister's id), "settings", or "move" (counts)."""

    __alias__ = "name"
    name = String(max_length=32)
    value = String(max_length=400)


def find(kind: type[_Row], field: str, value: str) -> "_Row | None":
    """Return the row of a kind whose alias has a value."""
    return kind[field, value]


def keep_setting(name: str, value: str) -> None:
    """Keep a single value under its name."""
    row = find(Setting, "name", name)
    if row is None:
        Setting(name=name, value=value)
    else:
        row.value = value


def delete(row: "Entity | None") -> None:
    """Delete a row, if there is one."""
    if row is not None:
        row.delete()
