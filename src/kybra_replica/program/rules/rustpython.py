"""Expressions that RustPython does otherwise than CPython, or not at all."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.rules.wasm_modules import HARMFUL_NAMES, PREDICTABLE_NAMES
from kybra_replica.program.statements import bare_name, last_name

if TYPE_CHECKING:
    from kybra_replica.program.bundle import SourceFile

DICT_UNPACKING = Rule("rustpython-dict-unpacking", "runtime")
ROUND = Rule("rustpython-round", "runtime")
MISSING = Rule("rustpython-missing", "runtime")
ASYNC = Rule("rustpython-async", "runtime")
PREDICTABLE = Rule("rustpython-predictable", "silent")
RAW_CALL_CYCLES = Rule("kybra-raw-call-cycles", "runtime")

Reports = Iterator[tuple[Rule, str]]

_MISSING_METHODS = {
    "strptime": "strptime fails: parse the text yourself",
    "add_note": "add_note does not exist: put it into the message",
}
_MISSING_NAMES = {
    "__file__": "__file__ does not exist in the wasm",
    "ExceptionGroup": "ExceptionGroup does not exist: collect the errors in a list",
    "BaseExceptionGroup": "BaseExceptionGroup does not exist: collect the errors in a list",
}


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about every expression of a file."""
    for node in ast.walk(file.tree):
        for look in _LOOKS.get(type(node), ()):
            for rule, message in look(node):
                yield rule.at(file.path, node, message)


def _dict(node: ast.Dict) -> Reports:
    unpacked = [key is None for key in node.keys]
    if True in unpacked and False in unpacked[unpacked.index(True) :]:
        message = "{**d, key: value} keeps d's value: copy with dict(d), then assign the key"
        yield DICT_UNPACKING, message


def _call(node: ast.Call) -> Reports:
    name = last_name(node.func)
    if isinstance(node.func, ast.Name) and name == "round" and len(node.args + node.keywords) > 1:
        yield ROUND, "round(x, n) is wrong: use round(x * 10**n) on integers, or format the text"
    if name in {"blake2b", "blake2s"} and any(k.arg == "digest_size" for k in node.keywords):
        yield MISSING, f"{name} knows no digest_size: cut the digest"
    if name == "fromisoformat" and any((bare_name(a) or "").endswith("Z") for a in node.args):
        yield MISSING, "fromisoformat refuses a text that ends in Z: write +00:00"
    yield from _cycles_on_raw_call(node.func)


def _cycles_on_raw_call(func: ast.expr) -> Reports:
    if not isinstance(func, ast.Attribute) or func.attr not in {"with_cycles", "with_cycles128"}:
        return
    made = func.value
    if isinstance(made, ast.Call) and last_name(made.func) in {"call_raw", "call_raw128"}:
        yield RAW_CALL_CYCLES, f"no {func.attr} on a raw call: pass the payment as fourth argument"


def _attribute(node: ast.Attribute) -> Reports:
    dotted = f"{bare_name(node.value)}.{node.attr}"
    if node.attr in _MISSING_METHODS:
        yield MISSING, _MISSING_METHODS[node.attr]
    elif dotted in HARMFUL_NAMES:
        yield MISSING, f"{dotted}: {HARMFUL_NAMES[dotted]}"
    elif dotted in PREDICTABLE_NAMES:
        message = f"{dotted} is predictable in a canister: hash management_canister.raw_rand()"
        yield PREDICTABLE, message


def _name(node: ast.Name) -> Reports:
    if node.id in _MISSING_NAMES:
        yield MISSING, _MISSING_NAMES[node.id]


def _async(_: ast.AST) -> Reports:
    yield ASYNC, "there is no event loop: write def with yield"


_LOOKS: dict[type[ast.AST], tuple[Callable[..., Reports], ...]] = {
    ast.Dict: (_dict,),
    ast.Call: (_call,),
    ast.Attribute: (_attribute,),
    ast.Name: (_name,),
    ast.AsyncFunctionDef: (_async,),
    ast.AsyncFor: (_async,),
    ast.AsyncWith: (_async,),
    ast.Await: (_async,),
}
