"""Rows that are small and seldom written, as kybra-simple-db entities: members and settings.

They are read once after install or upgrade; calls read a heap copy.
"""

from collections.abc import Mapping
from typing import Any

from kybra_simple_db import Database, Entity, Integer, String
from kybra_simple_logging import Level, set_log_level

from cache_core.cache_bounds import CacheBounds
from cache_maps import access_rows


class Member(Entity):
    """A principal with a role: "controller", "writer", or a shared namespace's name."""

    principal = String()
    role = String()


class BoundsRow(Entity):
    """The settings that a controller made; there is one row or none."""

    max_entries = Integer()
    max_bytes = Integer()
    max_answer_bytes = Integer()
    default_ttl_s = Integer()


def open_rows() -> None:
    """Put the database on its map, once in a canister's life between upgrades."""
    set_log_level(Level.ERROR)
    Database.init(db_storage=access_rows)


def all_members() -> list[tuple[str, str]]:
    """Read all roles with their principals."""
    return [(str(row.role), str(row.principal)) for row in Member.instances()]


def add_member(role: str, principal: str) -> None:
    """Store that a principal has a role; it must not have it yet."""
    Member(principal=principal, role=role)


def drop_member(role: str, principal: str) -> None:
    """Delete a principal's role."""
    for row in Member.instances():
        if row.role == role and row.principal == principal:
            row.delete()


def load_bounds() -> CacheBounds:
    """Read the settings, or their defaults."""
    row = BoundsRow.load("1")
    if row is None:
        return CacheBounds()
    return CacheBounds(
        row.max_entries or 0,
        row.max_bytes or 0,
        row.max_answer_bytes or 0,
        row.default_ttl_s or 0,
    )


def save_bounds(settings: Mapping[str, Any]) -> CacheBounds:
    """Store the settings and return them."""
    bounds = CacheBounds(*(settings[field] for field in CacheBounds._fields))
    row = BoundsRow.load("1") or BoundsRow()
    row.max_entries = bounds.max_entries
    row.max_bytes = bounds.max_bytes
    row.max_answer_bytes = bounds.max_answer_bytes
    row.default_ttl_s = bounds.default_ttl_s
    return bounds
