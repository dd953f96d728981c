"""The toy cache that keeps answers for their stale windows, in the real cache's place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from refrain.sources import bundle_roots
from tests.system.network import OPERATOR, program_at

if TYPE_CHECKING:
    from tests.system.network import Network

TOY = Path(__file__).parent / "toys" / "window_cache" / "main.py"


def keep_windows(network: Network) -> None:
    """Have the batcher use the toy."""
    toy = network.replica.create_canister(controller=OPERATOR)
    program = program_at(TOY, tuple(bundle_roots()))
    network.replica.install(toy, program, sender=OPERATOR)
    network.ids["cache"] = toy
    network.update("batcher", "connect", toy, network.ids["infer"])
