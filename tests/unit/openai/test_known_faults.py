"""Faults that users of other caches reported, each of them by its name."""

from __future__ import annotations

from typing import Any

import pytest

from refrain.client.openai_request import read_openai
from refrain.client.request_key import request_key
from refrain_core.namespaces import namespace_for
from tests.unit.openai.test_openai_request import MODEL, chat, digest

ALICE = "rrkah-fqaaa-aaaaa-aaaaq-cai"
BOB = "ryjl3-tyaaa-aaaaa-aaaba-cai"


def test_order_of_arguments_is_no_part_of_the_key() -> None:
    """LiteLLM's key is another one when the same arguments stand in another order."""
    fields = chat(temperature=0, top_p=1, seed=1, top_k=2, min_p=0.5)
    assert digest(fields) == digest(dict(reversed(fields.items())))


def test_order_of_a_messages_fields_is_no_part_of_the_key() -> None:
    """LiteLLM writes a message as its dict prints."""
    turned = [{"content": "hello", "role": "user"}]
    assert digest(chat()) == digest(chat(messages=turned))


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
@pytest.mark.parametrize("name", ["temperature", "presence_penalty"])
def test_0_and_0_0_are_one_value(name: str, zero: float) -> None:
    """LiteLLM's key of temperature 0 is not that of 0.0."""
    assert digest(chat(**{name: zero})) == digest(chat(**{name: 0}))


def test_a_user_cannot_be_written_into_a_prompt() -> None:
    """LiteLLM joins fields without separators: `Xuser: bob` met `X` of user bob."""
    imitation = digest({"model": MODEL, "prompt": "Xuser: bob"})
    assert imitation != digest({"model": MODEL, "prompt": "X", "user": "bob"})
    assert digest({"model": MODEL, "prompt": "Xseed: 1"}) != digest(
        {"model": MODEL, "prompt": "X", "seed": 1}
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": 1},
        {"stop": ["x"]},
        {"response_format": {"type": "json_object"}},
        {"thinking": {"type": "enabled", "budget_tokens": 1024}},
        {"top_k": 1},
        {"chat_template_kwargs": {"enable_thinking": False}},
        {"num_ctx": 4096},
        {"something_new": 1},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_no_parameter_is_missing_from_the_key(fields: dict[str, Any]) -> None:
    """LiteLLM keeps a list of what it takes into its key; here what is not known is in it."""
    assert digest(chat(**fields)) != digest(chat())
    name, value = next(iter(fields.items()))
    assert digest(chat(**{name: value})) == digest(chat(**{name: value}))


def test_a_provider_key_is_in_no_text() -> None:
    """Two keys of one account share answers, and no secret stands in a canonical text."""
    body = chat(api_key="sk-secret-1", top_k=1)
    found = request_key(read_openai(body), "public")
    assert "sk-secret" not in found.canonical
    assert found.digest == digest(chat(api_key="sk-secret-2", top_k=1))


def test_two_tenants_never_share_a_key() -> None:
    """LiteLLM's exact key has no tenant, GPTCache served one user's data to another."""
    request = read_openai(chat())
    digests = set()
    for requested, caller in ((None, ALICE), (None, BOB), ("public", BOB)):
        namespace = namespace_for(requested, caller)
        assert isinstance(namespace, str)
        digests.add(request_key(request, namespace).digest)
    assert len(digests) == 3


def test_the_context_is_part_of_the_key() -> None:
    """GPTCache's default key is the last message alone."""
    last = {"role": "user", "content": "cancel it"}
    told = [{"role": "user", "content": text} for text in ("my flight", "my gym")]
    assert digest(chat(messages=[told[0], last])) != digest(chat(messages=[told[1], last]))


def test_the_model_and_its_version_are_part_of_the_key() -> None:
    """GPTCache's key has no model, most have no version of it."""
    models = ("m@1:q4", "m@2:q4", "m@1:q8", "n@1:q4")
    assert len({digest(chat(model=model)) for model in models}) == len(models)
