"""What every provider was used for: written through once per settled call."""

from infer_core.usage import Usage, add_usage, pack_usage, unpack_usage
from infer_maps import usage_map

usages: dict[str, Usage] = {}


def load_usages() -> None:
    """Rebuild the heap copy."""
    for name, text in usage_map.items():
        usages[name] = unpack_usage(text)


def book_usage(name: str, usage: Usage) -> None:
    """Add a call's usage to its provider's."""
    usages[name] = add_usage(usages.get(name, Usage()), usage)
    usage_map.insert(name, pack_usage(usages[name]))
