"""The management canister's methods that the scenarios use, over any runtime."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ic
from ic.candid import Types

if TYPE_CHECKING:
    from tests.parity.pocket import Pocket

MANAGEMENT = ic.Principal.management_canister()
CHUNK_BYTES = 1_000_000
"""A message may have two million bytes, and Kybra's modules are larger."""

BLOB = Types.Vec(Types.Nat8)
MODES = Types.Variant({"install": Types.Null, "reinstall": Types.Null, "upgrade": Types.Null})
CANISTER = Types.Record({"canister_id": Types.Principal})
CREATE = Types.Record({"amount": Types.Opt(Types.Nat)})
CHUNK = Types.Record({"canister_id": Types.Principal, "chunk": BLOB})
CHUNK_HASH = Types.Record({"hash": BLOB})
INSTALL_CHUNKED = Types.Record(
    {
        "mode": MODES,
        "target_canister": Types.Principal,
        "store_canister": Types.Opt(Types.Principal),
        "chunk_hashes_list": Types.Vec(CHUNK_HASH),
        "wasm_module_hash": BLOB,
        "arg": BLOB,
    }
)
STATUS = Types.Record(
    {
        "status": Types.Variant(
            {"running": Types.Null, "stopping": Types.Null, "stopped": Types.Null}
        ),
        "module_hash": Types.Opt(BLOB),
        "cycles": Types.Nat,
    }
)
NO_ARGUMENT = b"DIDL\x00\x00"


class Management:
    """`aaaaa-aa`, as `sender` calls it."""

    def __init__(self, pocket: Pocket, sender: ic.Principal) -> None:
        """Call on behalf of `sender`."""
        self._pocket = pocket
        self._sender = sender
        self._created = 0

    def call(self, method: str, payload: bytes, effective: ic.Principal | None) -> bytes:
        """Call any method; CallRejectedError where it is rejected."""
        message = self._pocket.submit(MANAGEMENT, method, payload, self._sender, effective)
        return self._pocket.finish(message)

    def create(self, cycles: int | None = None) -> ic.Principal:
        """An empty canister."""
        payload = encoded(CREATE, {"amount": [] if cycles is None else [cycles]})
        reply = self.call("provisional_create_canister_with_cycles", payload, None)
        canister = ic.Principal(decoded(reply, CANISTER)["canister_id"].bytes)
        self._created += 1
        self._pocket.transcript.learn(f"canister {self._created}", canister)
        return canister

    def install(self, canister: ic.Principal, module: bytes, mode: str = "install") -> None:
        """Install, upgrade or reinstall a module, from chunks, however small it is."""
        hashes = []
        for start in range(0, len(module), CHUNK_BYTES):
            piece = module[start : start + CHUNK_BYTES]
            self.call("upload_chunk", _chunk(canister.bytes, piece), canister)
            hashes.append({"hash": hashlib.sha256(piece).digest()})
        value = {
            "mode": {mode: None},
            "target_canister": canister.bytes,
            "store_canister": [],
            "chunk_hashes_list": hashes,
            "wasm_module_hash": hashlib.sha256(module).digest(),
            "arg": NO_ARGUMENT,
        }
        self.call("install_chunked_code", encoded(INSTALL_CHUNKED, value), canister)

    def stop(self, canister: ic.Principal) -> None:
        """Stop a canister, once its open calls are done."""
        self._pocket.finish(self.begin_stop(canister))

    def begin_stop(self, canister: ic.Principal) -> Any:
        """Let a canister finish its open calls and take no more; the message's id."""
        payload = _of(canister)
        return self._pocket.submit(MANAGEMENT, "stop_canister", payload, self._sender, canister)

    def start(self, canister: ic.Principal) -> None:
        """Start it again."""
        self.call("start_canister", _of(canister), canister)

    def status(self, canister: ic.Principal) -> Any:
        """Its status, module hash and cycles."""
        return decoded(self.call("canister_status", _of(canister), canister), STATUS)


def encoded(kind: Any, value: Any) -> bytes:
    """One argument as Candid."""
    return bytes(ic.encode([{"type": kind, "value": value}]))


def decoded(raw: bytes, kind: Any) -> Any:
    """One value from Candid."""
    return ic.decode(raw, kind)[0]["value"]


def _of(canister: ic.Principal) -> bytes:
    return encoded(CANISTER, {"canister_id": canister.bytes})


# A module is the same in every scenario, and its canister's id too: encoding takes half a second
# for each million bytes.
@lru_cache(maxsize=64)
def _chunk(canister: bytes, piece: bytes) -> bytes:
    return encoded(CHUNK, {"canister_id": canister, "chunk": piece})
