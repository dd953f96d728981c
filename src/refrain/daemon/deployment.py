"""The three canisters of a network: made on first use, found again later, and wired together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from kybra_replica.kernel.rejects import Rejected
from refrain.client.refusal_texts import refusal_text
from refrain.failures import RefrainError
from refrain.local_model.child import remote_name
from refrain.sources import CANISTERS, bundle_roots, canister_entry, kind_of
from refrain.state.folder import read_json, write_json
from refrain.state.model_choice import SMOLLM2
from refrain_core.limits import DEFAULT_NEW_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from refrain.client.network import Network

INITIAL_CYCLES = 100_000_000_000_000
"""What each canister starts with: 100 T, enough for a few thousand outcalls on 13 nodes."""

PROVIDER = "local"
"""The one provider that `up` configures; a later `up` with another model replaces it."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LLAMA_CPP = {"form": "openai_chat", "template": "", "features": ["llama_cpp", "prefill"]}

WORKERS = 8
"""Calls that may be out at once; the local server queues them, since it has one slot."""


class ModelEndpoint(NamedTuple):
    """A model's whole name, its server's base URL, and the key for it.

    A key of "" is none; None keeps the one that the infer canister has.
    """

    model: str
    url: str
    api_key: str | None = None


class Deployment(NamedTuple):
    """A network and who operates it."""

    network: Network
    operator: str
    say: Callable[[str], None]

    def settle(self, known_ids: Path) -> dict[str, str]:
        """Make, install or start each canister, further caches too; return principals by name."""
        ids: dict[str, str] = read_json(known_ids) or {}
        for name in CANISTERS:
            if name not in ids:
                ids[name] = self.network.create_canister(
                    controller=self.operator, cycles=INITIAL_CYCLES
                )
                write_json(known_ids, ids)
            self._settle_one(name, ids[name])
        for name in ids.keys() - set(CANISTERS):
            self._settle_one(name, ids[name])
        return ids

    def _settle_one(self, name: str, canister: str) -> None:
        facts = self.network.status(canister)
        # An interrupted upgrade leaves a canister stopped.
        if facts["status"] != "running":
            self.network.start(canister)
        if not facts["module_hash"]:
            self.say(f"installing {name}")
            self.network.install(
                canister,
                name=kind_of(name),
                entry=canister_entry(kind_of(name)),
                roots=bundle_roots(),
                mode="install",
                sender=self.operator,
            )

    def wire(self, ids: dict[str, str], endpoint: ModelEndpoint) -> None:
        """Introduce the canisters to each other, to the model and to the operator.

        Raises:
            RefrainError: a canister refused; the text names the call.
        """
        self._command(ids["cache"], "allow_writer", ids["batcher"])
        self._command(ids["infer"], "allow_writer", ids["batcher"])
        self._command(ids["infer"], "set_provider", provider_settings(endpoint))
        self._command(ids["batcher"], "connect", ids["cache"], ids["infer"])
        self._command(ids["batcher"], "refresh_models")
        asker = {"caller": self.operator, "sponsored": "yes"}
        self._command(ids["batcher"], "allow_asker", asker)

    def _command(self, canister: str, method: str, *args: Any) -> None:
        try:
            done = self.network.update(canister, method, args, self.operator)
        except Rejected as reject:
            raise RefrainError(f"{method} was rejected: {reject}") from None
        if "Refused" in done:
            raise RefrainError(f"{method} was refused: {refusal_text(done['Refused'])}")


def provider_settings(endpoint: ModelEndpoint) -> dict[str, Any]:
    """The `ProviderSettings` record of a model; one node asks it, not all of them."""
    return {
        "name": PROVIDER,
        "url": endpoint.url,
        "model": endpoint.model,
        "remote_model": remote_name(endpoint.model),
        "mode": "non_replicated",
        "api_key": endpoint.api_key,
        "max_new_tokens": DEFAULT_NEW_TOKENS,
        "shard_ids": [f"{PROVIDER}-{worker}" for worker in range(WORKERS)],
        **endpoint_form(endpoint),
    }


def endpoint_form(endpoint: ModelEndpoint) -> dict[str, Any]:
    """How an endpoint is asked: one on this machine is taken for llama.cpp's server."""
    if urlsplit(endpoint.url).hostname not in _LOOPBACK:
        return {"form": "openai_chat", "template": "", "features": []}
    if endpoint.model == SMOLLM2:
        return {**_LLAMA_CPP, "template": "smollm2", "features": ["llama_cpp", "prefill", "lists"]}
    return _LLAMA_CPP
