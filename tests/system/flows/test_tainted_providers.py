"""What a provider answered through the batcher is hidden, old and new, while it is tainted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refrain.daemon.deployment import PROVIDER
from tests.statuses import HIT
from tests.system.network import MODEL

if TYPE_CHECKING:
    from tests.system.network import Network


def test_a_tainted_provider_serves_nobody_from_the_cache(network: Network) -> None:
    """Each ask asks a model then; when the taint is cleared, the newest answer is a hit."""
    network.answer_model("old")
    network.answered("hello")
    assert network.answered("hello")["cache_status"] == HIT
    assert "Ok" in network.update("cache", "taint", PROVIDER)
    for text in ("new", "newest"):
        network.answer_model(text)
        answered = network.answered("hello")
        assert answered["cache_status"].startswith("fwd=miss; ")
        assert answered["cache_status"].endswith("detail=tainted")
        assert answered["answer"]["content"] == text
        looked_up = network.query("cache", "lookup_digest", answered["digest"])
        assert looked_up == {"Miss": "tainted"}
    assert "Ok" in network.update("cache", "clear_taint", PROVIDER)
    hit = network.answered("hello")
    assert (hit["cache_status"], hit["answer"]["content"]) == (HIT, "newest")
    assert network.outcalls == 3


def test_another_providers_answers_and_purges_by_voter_are_told_apart(network: Network) -> None:
    """A taint of somebody else hides nothing; a purge of the provider hides what was before."""
    network.answer_model("old")
    network.answered("hello")
    assert "Ok" in network.update("cache", "taint", "somebody-else")
    assert network.answered("hello")["cache_status"] == HIT
    assert "Ok" in network.update("cache", "purge", f"voter/{PROVIDER}")
    network.answer_model("new")
    assert network.answered("hello")["answer"]["content"] == "new"
    assert network.answered("hello")["cache_status"] == HIT
    assert "Ok" in network.update("cache", "taint", MODEL)
    refused = network.ask("hello", cache_control="only-if-cached")["Refused"]
    assert set(refused) == {"NotCached"}
