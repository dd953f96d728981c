"""Putting a module into a canister on any network: at once, or from chunks where it is large.

Source: the interface specification's ic.did, `install_code` to `install_chunked_code`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal

from kybra import Principal

from kybra_replica.candid.encode import encode
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.management.signatures import SIGNATURES
from refrain.agent.faults import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from refrain.agent.agent import Agent

MOST_AT_ONCE_BYTES = 1_900_000
"""A message may have two million bytes, arguments and signature included."""
CHUNK_BYTES = 1_000_000


def put_code(
    agent: Agent,
    canister: str,
    module: bytes,
    say: Callable[[str], None],
    mode: Literal["install", "upgrade"] = "upgrade",
) -> None:
    """Put `module` into a canister, and read its hash back, certified.

    Raises:
        Rejected: not its controller, no module, or the upgrade trapped; nothing has changed.
        Untrusted: the canister's module is another one after it.
        RefrainError: as `Agent.update`.
    """
    if len(module) <= MOST_AT_ONCE_BYTES:
        manage(agent, canister, "install_code", wasm_module=module, **_common(mode))
    else:
        _from_chunks(agent, canister, module, say, mode)
    if agent.module_hash(canister) != hashlib.sha256(module).digest():
        raise Untrusted(f"The network certifies another module of {canister} than was sent.")


def manage(
    agent: Agent, canister: str, method: str, *, patience_s: float | None = None, **fields: Any
) -> None:
    """Call a method of the management canister that takes a canister; raises as `Agent.manage`."""
    value = {"canister_id": Principal.from_str(canister), **fields}
    shape = SIGNATURES[method].arg
    assert shape is not None  # noqa: S101 (methods about a canister take one)
    arg = encode((shape,), (value,), NO_NAMES)
    waiting = {} if patience_s is None else {"patience_s": patience_s}
    agent.manage(canister, method, arg, **waiting)


def _from_chunks(
    agent: Agent, canister: str, module: bytes, say: Callable[[str], None], mode: str
) -> None:
    manage(agent, canister, "clear_chunk_store")
    hashes = []
    for chunk in _chunks(module):
        manage(agent, canister, "upload_chunk", chunk=chunk)
        hashes.append({"hash": hashlib.sha256(chunk).digest()})
        say(f"sent {min(len(hashes) * CHUNK_BYTES, len(module)):,} of {len(module):,} bytes")
    manage(
        agent,
        canister,
        "install_chunked_code",
        target_canister=Principal.from_str(canister),
        store_canister=None,
        chunk_hashes_list=hashes,
        wasm_module_hash=hashlib.sha256(module).digest(),
        **_common(mode),
    )
    manage(agent, canister, "clear_chunk_store")


def _chunks(module: bytes) -> Iterator[bytes]:
    for start in range(0, len(module), CHUNK_BYTES):
        yield module[start : start + CHUNK_BYTES]


def _common(mode: str) -> dict[str, Any]:
    return {"mode": {mode: None}, "arg": b"DIDL\0\0", "sender_canister_version": None}
