"""The real model, asked in every form and by every transport that a provider may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infer_core.chat_templates import SMOLLM2, prompt_text
from infer_core.token_estimates import estimated_tokens
from tests.system.faults.lying_server import LyingServer
from tests.system.faults.paying_writer import PayingWriter
from tests.system.model.text_generation_server import PATH, generating, post
from tests.system.model_canisters import LLAMA, LLM, chain_settings, install_stand_in

if TYPE_CHECKING:
    from tests.system.faults.served_network import ServedNetwork

pytestmark = [pytest.mark.model, pytest.mark.slow]

TOKENS = 16
GREEDY: dict[str, Any] = {"max_tokens": TOKENS, "temperature_micros": 0, "seed": 7}
QUESTION = "Name three colours."


@pytest.fixture
def writer(answering: ServedNetwork) -> PayingWriter:
    """A canister that asks infer itself; the provider is as `up` sets it."""
    answering.set_provider()
    return PayingWriter(answering)


def content_of(result: Any) -> str:
    """Read the text of an InferResult."""
    text: str = result["Inferred"]["answer"]["content"]
    return text


def test_every_form_gives_the_same_answer(writer: PayingWriter, model_url: str) -> None:
    """Chat, completions, both generations and both canisters: one model, one greedy answer."""
    network = writer.network
    expected = content_of(writer.infer(QUESTION, **GREEDY)[0])
    assert expected.strip()
    network.set_provider(form="openai_completions")
    assert content_of(writer.infer(QUESTION, **GREEDY)[0]) == expected
    for as_list in (False, True):
        with LyingServer(generating(model_url, as_list=as_list)) as server:
            network.set_provider(form="hf_text_generation", features=[], url=server.url + PATH)
            assert content_of(writer.infer(QUESTION, **GREEDY)[0]) == expected
    stand_in = install_stand_in(network.replica, LLAMA, model_url)
    network.set_provider(**chain_settings(LLAMA, stand_in, network.endpoint.model))
    result, _ = writer.infer(QUESTION, **GREEDY)
    assert content_of(result) == expected
    assert result["Inferred"]["answer"]["trust"] == "onchain"
    assert result["Inferred"]["answer"]["completion_tokens"] == TOKENS


def test_the_llm_canister_carries_real_tokens(writer: PayingWriter, model_url: str) -> None:
    """It takes no parameters; the stand-in asks greedily for 24 tokens."""
    network = writer.network
    expected = content_of(writer.infer(QUESTION, **GREEDY | {"max_tokens": 24})[0])
    stand_in = install_stand_in(network.replica, LLM, model_url)
    network.set_provider(**chain_settings(LLM, stand_in, network.endpoint.model))
    assert content_of(writer.infer(QUESTION)[0]) == expected


def test_a_list_of_prompts_is_one_request(writer: PayingWriter, model_server: LyingServer) -> None:
    """Sixteen prompts, one outcall, one HTTP request, each its own answer at its share."""
    prompts = [f"What is {number} and {number}?" for number in range(16)]
    inferences = [writer.inference(prompt, **GREEDY) for prompt in prompts]
    quoted = writer.quote("quote_infer_many", inferences)["Quoted"]["fee_cycles"]
    outcalls = writer.network.replica.traffic()["outcalls"]
    result, paid = writer.infer_many(inferences)
    many = result["Many"]
    assert len(model_server.asked) == 1
    assert writer.network.replica.traffic()["outcalls"] == outcalls + 1
    assert sum(item["Inferred"]["charged_cycles"] for item in many["items"]) == paid == quoted
    assert len({content_of(item) for item in many["items"]}) > 1
    alone = content_of(writer.infer(prompts[3], **GREEDY)[0])
    assert content_of(many["items"][3]) == alone


def test_an_unseeded_list_of_one_prompt_gives_other_samples(writer: PayingWriter) -> None:
    """The server draws a seed for each; one seed would make them one answer."""
    fields = {"max_tokens": TOKENS, "temperature_micros": 1_000_000}
    inferences = [writer.inference(QUESTION, sample=sample, **fields) for sample in range(4)]
    items = writer.infer_many(inferences)[0]["Many"]["items"]
    assert len({content_of(item) for item in items}) > 1


@pytest.mark.parametrize("form", ["openai_chat", "openai_completions"])
def test_an_answer_is_continued(writer: PayingWriter, form: str) -> None:
    """What a second round adds is what one longer round would have said, or begins like it."""
    writer.network.set_provider(form=form)
    whole = content_of(writer.infer(QUESTION, **GREEDY | {"max_tokens": 2 * TOKENS})[0])
    first = content_of(writer.infer(QUESTION, **GREEDY)[0])
    added = content_of(writer.infer(QUESTION, so_far=first, **GREEDY)[0])
    assert added
    assert not added.startswith(first)
    # A cut may fall within a word that would be written by other tokens.
    assert (first + added)[: len(first) + 4] == whole[: len(first) + 4]


def test_tokens_are_estimated_near_enough(model_url: str) -> None:
    """For English within a third of what the model's own vocabulary gives."""
    text = prompt_text(SMOLLM2, [{"role": "user", "content": "The sea is wide and cold. " * 40}])
    counted = len(post(model_url, "/tokenize", {"content": text})["tokens"])
    assert counted / 1.5 < estimated_tokens(text) < counted * 1.5
