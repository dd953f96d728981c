"""Providers of the infer canister, as its controller sets, lists, tries and removes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.client.refusal_texts import refused
from refrain.failures import RefrainError
from refrain.local_model.child import remote_name
from refrain_core.limits import DEFAULT_NEW_TOKENS

if TYPE_CHECKING:
    from refrain.client.connection import Connection

DEFAULTS: dict[str, Any] = {
    "mode": "non_replicated",
    "api_key": None,
    "max_new_tokens": DEFAULT_NEW_TOKENS,
    "form": "openai_chat",
    "template": "",
    "features": [],
}
WORKERS = 8
NEEDED = ("url", "model")


def settings_of(name: str, given: dict[str, Any], workers: int = WORKERS) -> dict[str, Any]:
    """Make a provider's settings of what was given; the rest is usual.

    Raises:
        ValueError: what has no usual value is not given; the text names it.
    """
    for field in NEEDED:
        if not given.get(field):
            raise ValueError(f"--{field} is missing")
    settings = {**DEFAULTS, **given, "name": name}
    settings.setdefault("remote_model", remote_name(settings["model"]))
    settings["shard_ids"] = [f"{name}-{worker}" for worker in range(workers)]
    return settings


def add(connection: Connection, settings: dict[str, Any]) -> list[str]:
    """Add or replace a provider; the models that are served now. Raises Refused."""
    _done(connection, "infer", "set_provider", settings)
    return _served(connection)


def remove(connection: Connection, name: str) -> list[str]:
    """Forget a provider and its key; the models that are still served. Raises Refused."""
    _done(connection, "infer", "remove_provider", name)
    return _served(connection)


def listed(connection: Connection) -> list[dict[str, Any]]:
    """List the providers, without their keys."""
    rows: list[dict[str, Any]] = connection.query("infer", "providers")
    return rows


def tried(connection: Connection, name: str) -> dict[str, Any]:
    """Ask a provider for a few words, at the infer canister's cost; the inference.

    Raises:
        Refused: it was not asked, or did not answer.
    """
    result = connection.update("infer", "test_provider", name)
    if "Failed" in result:
        raise refused(result["Failed"]["refusal"])
    inference: dict[str, Any] = result["Inferred"]
    return inference


def _served(connection: Connection) -> list[str]:
    """Tell the batcher of the models, and list them."""
    _done(connection, "batcher", "refresh_models")
    models: list[str] = connection.query("infer", "models")
    return models


def _done(connection: Connection, canister: str, method: str, *args: Any) -> None:
    done = connection.update(canister, method, *args)
    if "Refused" in done:
        raise refused(done["Refused"])
    if "Ok" not in done:
        raise RefrainError(f"{method} was not answered as expected: is the canister an older one?")
