"""What may share an outcall: one model, the same parameters, and a provider open to all of them.

A model is asked of any provider that serves it, and only those who may ask it are in its lane: so
whoever shares an outcall may use its provider. Messages and namespaces may differ, since answers
are told apart and each is kept for its own.
"""

from typing import Any

_SHARED = (
    *("model", "max_tokens", "temperature_micros", "top_p_micros", "seed"),
    *("stop", "response_format", "extra"),
)
_SEPARATOR = "\x1f"
_LISTS = "lists"
"""The feature of a provider that takes several prompts by one outcall."""

CHARACTERS_PER_TOKEN = 4
MOST_TOKENS = 4_096
"""More are counted as so many: one round gives no more, and one turn must not take long to save."""


def lane_of(request: "dict[str, Any]") -> str:
    """Name the lane of a planned request, whose model is whole."""
    return _SEPARATOR.join([str(request[name]) for name in _SHARED])


def model_of(lane: str) -> str:
    """Return the model that a lane asks."""
    return lane.split(_SEPARATOR, 1)[0]


def share_tokens(request: "dict[str, Any]", default_tokens: int) -> int:
    """Estimate what a request takes of its tenant's share: its prompt and its answer."""
    characters = sum([len(message["content"]) for message in request["messages"]])
    asked = request["max_tokens"]
    tokens = characters // CHARACTERS_PER_TOKEN + (default_tokens if asked is None else asked)
    return max(1, min(MOST_TOKENS, tokens))


def listed_models(providers: "list[dict[str, Any]] | None") -> "set[str]":
    """Return the models of which some provider takes lists, by what infer tells of providers."""
    return {one["model"] for one in providers or [] if _LISTS in one.get("features", [])}
