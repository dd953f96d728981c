"""What one call asks of a model, in the words of no provider."""

from typing import Any, NamedTuple

from infer_core.chat_templates import advised_sampling
from infer_core.provider_rules import Provider

MICROS = 1_000_000


class Turn(NamedTuple):
    """One prompt: a conversation, and the beginning of the answer that is to be continued."""

    messages: list[dict[str, Any]]
    so_far: str


class Asking(NamedTuple):
    """One call. turns: more than one only where a list is asked; seed: None sends none.

    request: the AskRequest that the turns share but for their messages.
    """

    provider: Provider
    request: dict[str, Any]
    turns: tuple[Turn, ...]
    max_tokens: int
    seed: "int | None"


def sampling_fields(asking: Asking) -> dict[str, Any]:
    """Name temperature and top_p as all HTTP providers do, as stated or else as advised."""
    request = asking.request
    advised = advised_sampling(asking.provider.template)
    fields: dict[str, Any] = {}
    for name, advice in (
        ("temperature", advised.temperature_micros),
        ("top_p", advised.top_p_micros),
    ):
        micros = request[name + "_micros"]
        if micros is None:
            micros = advice
        if micros is not None:
            fields[name] = micros / MICROS
    if asking.seed is not None:
        fields["seed"] = asking.seed
    return fields
