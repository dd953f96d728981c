"""Stand-ins of models' canisters on a network, and the settings that ask them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from refrain.sources import bundle_roots
from tests.system.network import OPERATOR, program_at

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica

TOYS = Path(__file__).parent / "toys"

LLAMA = "llama_canister"
LLM = "llm_canister"


def install_stand_in(replica: Replica, name: str, model_url: str) -> str:
    """Install a stand-in whose tokens come from the server at `model_url`; its principal."""
    canister = replica.create_canister(controller=OPERATOR)
    program = program_at(TOYS / name / "main.py", tuple(bundle_roots()))
    replica.install(canister, program, sender=OPERATOR, args=(model_url,))
    return canister


def chain_settings(kind: str, canister: str, model: str, **changes: Any) -> dict[str, Any]:
    """Make the settings of a provider that is a stand-in."""
    is_llama = kind == LLAMA
    settings = {
        "name": "local",
        "url": f"canister:{canister}",
        "model": model,
        "remote_model": "smollm2",
        "mode": "onchain",
        "api_key": None,
        "max_new_tokens": 64,
        "shard_ids": ["only"],
        "form": "llama_cpp_canister" if is_llama else "dfinity_llm",
        "template": "smollm2" if is_llama else "",
        "features": [],
    }
    return settings | changes
