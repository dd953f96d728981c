"""The part of an artefact that a wasm engine reads: entry points that trap with an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.artefact import wasm_encoding as wasm

if TYPE_CHECKING:
    from kybra_replica.program.interface import Interface, Method

EXPLANATION = (
    "This module carries a Python bundle for an embedded Kybra replica and has no code of its "
    "own: for the Internet Computer, build the canister with Kybra."
)
_FUNCTION_FORM, _I32 = b"\x60", b"\x7f"
_FUNCTION_KIND, _MEMORY_KIND = b"\0", b"\2"
_I32_CONST, _CALL, _END = b"\x41", b"\x10", b"\x0b"
_STUB = 1
"""The stub's number: the imported `trap` is function 0."""


def stub_module(interface: Interface) -> bytes:
    """A valid module without custom sections; the same bytes for the same methods."""
    return wasm.MAGIC + b"".join(
        (
            wasm.section(wasm.TYPE, wasm.vector([_function_type(2), _function_type(0)])),
            wasm.section(wasm.IMPORT, wasm.vector([_trap_import()])),
            wasm.section(wasm.FUNCTION, wasm.vector([wasm.unsigned(1)])),
            wasm.section(wasm.MEMORY, wasm.vector([b"\0" + wasm.unsigned(1)])),
            wasm.section(wasm.EXPORT, wasm.vector(_exports(interface))),
            wasm.section(wasm.CODE, wasm.vector([wasm.sized(_stub_body())])),
            wasm.section(wasm.DATA, wasm.vector([_explanation()])),
        )
    )


def export_name(method: Method) -> str:
    """How the Internet Computer finds a method in a module."""
    if method.kind == "query":
        return f"canister_{'composite_query' if method.is_async else 'query'} {method.name}"
    return f"canister_update {method.name}"


def _exports(interface: Interface) -> list[bytes]:
    methods = sorted(export_name(method) for method in interface.methods.values())
    stub = _FUNCTION_KIND + wasm.unsigned(_STUB)
    stubs = [wasm.name(each) + stub for each in ("canister_init", *methods)]
    return [wasm.name("memory") + _MEMORY_KIND + wasm.unsigned(0), *stubs]


def _function_type(parameters: int) -> bytes:
    return _FUNCTION_FORM + wasm.vector([_I32] * parameters) + wasm.vector([])


def _trap_import() -> bytes:
    return wasm.name("ic0") + wasm.name("trap") + _FUNCTION_KIND + wasm.unsigned(0)


def _stub_body() -> bytes:
    no_locals = wasm.vector([])
    text = _I32_CONST + wasm.signed(0) + _I32_CONST + wasm.signed(len(EXPLANATION))
    return no_locals + text + _CALL + wasm.unsigned(0) + _END


def _explanation() -> bytes:
    at_zero = wasm.unsigned(0) + _I32_CONST + wasm.signed(0) + _END
    return at_zero + wasm.sized(EXPLANATION.encode())
