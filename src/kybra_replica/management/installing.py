"""`install_code` and `install_chunked_code`: each whole or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast

from kybra_replica.artefact.refusals import ArtefactRefused
from kybra_replica.kernel import canister_store
from kybra_replica.kernel.lifecycle import Installation, Lifecycle, Mode
from kybra_replica.kernel.module import Code, code_of_module
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.management.refusals import chunk_store_error, invalid_wasm, refusal

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.management.call import Call
    from kybra_replica.management.options import ManagementOptions

_HASH_BYTES = 32


class Installing:
    """Installs modules that carry a Python bundle, and others where that is allowed."""

    def __init__(self, options: ManagementOptions) -> None:
        """Obey `options`; the lifecycle comes when the kernel is put together."""
        self._options = options
        self.lifecycle: Lifecycle | None = None

    def install_code(self, call: Call) -> None:
        """Install the module in the argument."""
        self._install(call, call.controlled(), call.arg["wasm_module"])

    def install_chunked_code(self, call: Call) -> None:
        """Install the module that the named chunks make together."""
        target = call.controlled("target_canister")
        self._install(call, target, _assembled(call, _chunk_owner(call, target)))

    def _install(self, call: Call, canister: Canister, wasm: bytes) -> None:
        assert self.lifecycle is not None  # noqa: S101 (set when the kernel is put together)
        mode, upgrade = next(iter(call.arg["mode"].items()))
        options: dict[str, Any] = upgrade or {}
        _check_persistence(options)
        self.lifecycle.install(
            canister,
            Installation(
                self._code(canister, wasm),
                cast("Mode", mode),
                call.origin,
                call.arg["arg"],
                skip_pre_upgrade=bool(options.get("skip_pre_upgrade")),
            ),
        )

    def _code(self, canister: Canister, wasm: bytes) -> Code:
        try:
            return code_of_module(wasm, accept_foreign=self._options.accept_foreign)
        except ArtefactRefused as why:
            raise invalid_wasm(canister.text, str(why)) from None


def _check_persistence(options: dict[str, Any]) -> None:
    if "keep" in (options.get("wasm_memory_persistence") or {}):
        raise refusal(
            504,
            "Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade option "
            "requires that the new canister module supports enhanced orthogonal persistence.",
        )


def _chunk_owner(call: Call, target: Canister) -> Canister:
    store = call.arg["store_canister"]
    if store is None:
        return target
    raw = bytes(store.bytes)
    if raw not in call.state.canisters:
        text = f"InstallChunkedCode Error: Store canister {text_of(raw)} was not found"
        raise Rejected(3, f"{text} on the subnet of target canister {target.text}", "IC0301")
    return call.controlled("store_canister", or_itself=True)


def _assembled(call: Call, owner: Canister) -> bytes:
    wanted: bytes = call.arg["wasm_module_hash"]
    if len(wanted) != _HASH_BYTES:
        raise refusal(504, f"Invalid wasm hash {list(wanted)}")
    hashes = [each["hash"] for each in call.arg["chunk_hashes_list"]]
    module = b"".join(_chunk(call, owner, digest) for digest in hashes)
    found = hashlib.sha256(module).digest()
    if found != wanted:
        raise chunk_store_error(
            f"Wasm module hash {list(found)} does not match given hash {list(wanted)}"
        )
    return module


def _chunk(call: Call, owner: Canister, digest: bytes) -> bytes:
    if len(digest) != _HASH_BYTES:
        raise chunk_store_error("Chunk hash is invalid. The length is not 32")
    chunk = canister_store.read_chunk(call.state.store, owner.canister_id, digest)
    if chunk is None:
        raise chunk_store_error(f"Chunk hash {list(digest)} was not found")
    return chunk
