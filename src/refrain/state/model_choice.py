"""Which model a network asks: chosen at the first `up`, remembered for the next ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from refrain.failures import RefrainError
from refrain.state.folder import read_json, write_json
from refrain_core.model_names import parse_model

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder

SMOLLM2 = "smollm2-135m-instruct@b179c9523d0e:Q4_1"
"""The real local model: name, first digits of the file's sha256, quantization."""

SCRIPTED = "scripted@1:none"
"""The stand-in that computes its answers from the prompt."""


class ModelChoice(NamedTuple):
    """A model by its whole name; `endpoint` is None for the two that Refrain serves itself."""

    model: str
    endpoint: str | None = None

    @property
    def note(self) -> str | None:
        """What an operator must know about the answers."""
        return "not a model" if self.model == SCRIPTED else None

    def arguments(self) -> list[str]:
        """The choice as command-line arguments that make it again."""
        return [self.model] if self.endpoint is None else [self.model, self.endpoint]


def choose(model: str | None, endpoint: str | None) -> ModelChoice | None:
    """Read the options of `up`; None when neither is given.

    Raises:
        ValueError: the two don't fit together; the text says how they do.
    """
    if endpoint is None:
        return None if model is None else local_model(model)
    address = urlsplit(endpoint)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError("--endpoint must be an http:// or https:// URL.")
    if model is None or parse_model(model) is None:
        raise ValueError("--endpoint needs --model NAME@REVISION:QUANTIZATION.")
    return ModelChoice(model, endpoint.rstrip("/"))


def local_model(model: str) -> ModelChoice:
    """One of the two models that Refrain serves itself; ValueError for any other name."""
    names = {"smollm2": SMOLLM2, SMOLLM2: SMOLLM2, "scripted": SCRIPTED, SCRIPTED: SCRIPTED}
    if model not in names:
        raise ValueError("--model is smollm2 or scripted; any other model needs --endpoint URL.")
    return ModelChoice(names[model])


def remember(folder: StateFolder, choice: ModelChoice) -> None:
    """Keep the choice for the next start."""
    write_json(folder.settings, choice._asdict())


def recall(folder: StateFolder) -> ModelChoice:
    """The choice of the last start; before the first, the real local model."""
    kept: dict[str, Any] | None = read_json(folder.settings)
    if kept is None:
        return ModelChoice(SMOLLM2)
    try:
        return ModelChoice(**kept)
    except TypeError:
        raise RefrainError(f"{folder.settings} is damaged; remove it and try again.") from None
