"""What the interpreter in a Kybra wasm lacks of modules that CPython has whole.

Seen with the RustPython revision that Kybra 0.7.1 pins: a canister that uses one of these works
natively and fails with AttributeError on the Internet Computer. So it fails here, too.
"""

from __future__ import annotations

import importlib

MISSING_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "unicodedata": (
        "combining",
        "decimal",
        "digit",
        "numeric",
        "decomposition",
        "mirrored",
        "is_normalized",
    ),
    "time": ("time_ns",),
}


def remove() -> None:
    """Take these names away from this process, which is a canister's."""
    for module, names in MISSING_ATTRIBUTES.items():
        present = importlib.import_module(module)
        for name in names:
            if hasattr(present, name):
                delattr(present, name)
