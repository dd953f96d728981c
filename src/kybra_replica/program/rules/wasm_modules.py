"""Imports of what is not in the wasm, or does harm there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kybra_replica.program.findings import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile
    from kybra_replica.program.imports import Imported

MISSING = Rule("import-missing-in-wasm", "runtime")
NOT_FOUND = Rule("import-not-found", "runtime")
HARMFUL = Rule("import-harmful", "runtime")
PREDICTABLE = Rule("import-predictable", "silent")

MISSING_MODULES = frozenset({
    "asyncio", "bz2", "concurrent", "ctypes", "email.message", "http.client",
    "importlib.metadata", "importlib.resources", "lzma", "mmap", "multiprocessing", "pathlib",
    "platform", "select", "signal", "socket", "sqlite3", "ssl", "subprocess", "threading",
    "unittest", "urllib.request", "zipfile", "zoneinfo",
})  # fmt: skip
"""Standard modules whose import fails in a canister."""

HARMFUL_NAMES = {
    "logging": "its calls trap: use ic.print",
    "contextvars": "it raises RuntimeError: pass the value as an argument",
    "time.time_ns": "it does not exist: use ic.time()",
    "hashlib.pbkdf2_hmac": "it does not exist: loop over hmac",
    "typing.Self": "it does not exist: write the class's name in quotes",
    "typing.NotRequired": "it does not exist: use Opt[...]",
    "inspect.getsource": "there is no source in the wasm",
    "os.getpid": "it traps",
}
"""Modules and names that exist on this machine, and what happens to them in a canister."""

PREDICTABLE_NAMES = frozenset({"secrets", "os.urandom", "uuid.uuid1", "uuid.uuid4"})
"""The same values in every canister and after every upgrade."""


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about each import that runs and is not guarded by try."""
    for found in file.imports:
        if not found.for_typing and not found.is_guarded:
            yield from _import(file.path, found)


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """Every import must be the standard library's, kybra's or a file's of the bundle."""
    for file in bundle.compiled:
        for found in file.imports if file.origin != "kybra" else ():
            is_optional = found.is_guarded or found.for_typing
            if not is_optional and not _is_found(bundle, found):
                message = f"{found.module} is neither in the bundle nor in the standard library"
                yield NOT_FOUND.at(file.path, found.line, message)


def names_met(found: Imported) -> list[str]:
    """Each dotted name that an import runs: the module's, its parents', the imported name's."""
    parts = found.targets()[-1].split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def _import(path: str, found: Imported) -> Iterator[Finding]:
    for name in names_met(found):
        if name in MISSING_MODULES:
            yield MISSING.at(path, found.line, f"{name} does not exist in the wasm: do without it")
        elif name in HARMFUL_NAMES:
            yield HARMFUL.at(path, found.line, f"{name}: {HARMFUL_NAMES[name]}")
        elif name in PREDICTABLE_NAMES:
            message = f"{name} is predictable in a canister: hash management_canister.raw_rand()"
            yield PREDICTABLE.at(path, found.line, message)


def _is_found(bundle: Bundle, found: Imported) -> bool:
    top = found.module.partition(".")[0]
    if top == "kybra" or bundle.module(found.module):
        return True
    return top in sys.stdlib_module_names and bundle.module(top) is None
