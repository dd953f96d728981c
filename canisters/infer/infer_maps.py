"""The stable memory of the infer canister: every map's id, bounds and meaning.

| id | map | key | value |
|---|---|---|---|
| 0 | registry | kybra-simple-db's keys, ``_layout`` and other settings | JSON, a version, figures |
| 1 | leases | ``PROVIDER/PART`` | ``token|deadline in ns`` |
| 2 | usage | provider's name | seven counts joined by ``|`` |

Sizes are bytes of the Candid-encoded text: its UTF-8 and up to 12 more.
"""

from kybra import StableBTreeMap, ic

LAYOUT_VERSION = "1"
_LAYOUT_KEY = "_layout"

registry_map = StableBTreeMap[str, str](memory_id=0, max_key_size=200, max_value_size=8_000)
lease_map = StableBTreeMap[str, str](memory_id=1, max_key_size=160, max_value_size=80)
usage_map = StableBTreeMap[str, str](memory_id=2, max_key_size=100, max_value_size=200)


def stamp_layout() -> None:
    """Mark fresh stable memory with the layout that this code writes."""
    registry_map.insert(_LAYOUT_KEY, LAYOUT_VERSION)


def demand_layout() -> None:
    """Trap, so that the upgrade fails and all stays whole, unless the layout is ours."""
    found = registry_map.get(_LAYOUT_KEY)
    if found != LAYOUT_VERSION:
        ic.trap(f"stable layout {found}, but this code reads layout {LAYOUT_VERSION}")


def write_setting(name: str, text: str) -> None:
    """Keep what a controller stated, under a name that begins with ``_``."""
    registry_map.insert(name, text)


def read_setting(name: str) -> str:
    """Read what was stated; "" where nothing was."""
    return registry_map.get(name) or ""
