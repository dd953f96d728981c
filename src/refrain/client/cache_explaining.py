"""Why a request is a hit or none, as the cache explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.client.cache_shards import ELSEWHERE, CacheShards
from refrain.client.openai_request import ModelDefaults, read_openai
from refrain.client.refusal_texts import refused
from refrain_core.model_names import parse_model, resolve_model
from refrain_core.refusals import unknown_model

if TYPE_CHECKING:
    from refrain.client.asking import Asked


def explain(connection: Asked, request: dict[str, Any]) -> dict[str, Any]:
    """Return the caches' Explanation of an AskRequest whose model is named whole.

    Raises:
        Refused: it is no request that could be asked.
    """
    shards = CacheShards(connection)
    told = {name: _explained(connection, name, request) for name in shards.names}
    digest = next(iter(told.values()))["digest"]
    explained = told[shards.owner(digest)]
    former = shards.former(digest)
    if former is not None and explained["verdict"] in ELSEWHERE:
        explained = told[former]
    # An answer to the same messages has another digest, and may lie in any cache.
    near = [each for each in told.values() if each["nearest"] is not None]
    if explained["nearest"] is None and explained["verdict"] in ELSEWHERE and near:
        explained = {**explained, **{name: near[0][name] for name in ("nearest", "differs")}}
    return explained


def _explained(connection: Asked, cache: str, request: dict[str, Any]) -> dict[str, Any]:
    result = connection.query(cache, "explain", request)
    if "Refused" in result:
        raise refused(result["Refused"])
    explained: dict[str, Any] = result["Explained"]
    return explained


def whole_model(connection: Asked, named: str) -> str:
    """The whole name of a model, as the batcher would take it; a whole one need not be served.

    Raises:
        Refused: a bare name that none or several of the batcher's models bear.
    """
    if parse_model(named) is not None:
        return named
    models: list[str] = connection.query("batcher", "models")
    resolved = resolve_model(named, models)
    if resolved is None:
        known = ", ".join(models) or "none yet"
        raise refused(unknown_model(f"no single model is named {named}; known: {known}"))
    return resolved


def openai_file_request(
    connection: Asked, body: str, model: str, namespace: str | None
) -> dict[str, Any]:
    """Read one request of OpenAI's form as the batcher would be asked it; `model` if it names none.

    Raises:
        Refused: it is no such request, or the batcher knows no such model.
    """
    unnamed = ModelDefaults()
    request = read_openai(body, ModelDefaults(model), namespace)
    name, _, version = request["model"].partition("@")
    if version == f"{unnamed.revision}:{unnamed.quantization}":
        request["model"] = whole_model(connection, name)
    return request
