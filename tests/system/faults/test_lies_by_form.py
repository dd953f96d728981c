"""Every lie told to every form of endpoint; the bodies that Hugging Face's servers fail with."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.system.faults.lies import LIES, Lie, say, saying

if TYPE_CHECKING:
    from tests.system.faults.lying_server import LyingServer, Talk
    from tests.system.faults.served_network import ServedNetwork

TEXT = {"form": "openai_completions", "template": "chatml", "features": ["llama_cpp"]}
FACE = {"form": "hf_text_generation", "template": "chatml", "features": []}
FORMS = [pytest.param(TEXT, id="completions"), pytest.param(FACE, id="generation")]

BODIES = [
    (401, {"error": "Invalid credentials in Authorization header"}, "ProviderError"),
    (402, {"error": "payment required"}, "ProviderError"),
    (422, {"error": "`temperature` must be positive", "error_type": "validation"}, "ProviderError"),
    (424, {"error": "Request failed", "error_type": "generation"}, "ProviderError"),
    (429, {"error": "Model is overloaded", "error_type": "overloaded"}, "RateLimited"),
    (500, {"error": "Incomplete", "error_type": "incomplete_generation"}, "ProviderError"),
    (503, {"error": "unhealthy", "error_type": "healthcheck"}, "ProviderError"),
    (503, {"error": "Model m is currently loading", "estimated_time": 300.889}, "ProviderError"),
]


def answering(talk: Talk, form: str, finish: str = "stop") -> None:
    """Answer as a good server of a form does."""
    if form == "hf_text_generation":
        ends = {"stop": "eos_token"}.get(finish, finish)
        details = {"finish_reason": ends, "generated_tokens": 3}
        say(talk, 200, {"generated_text": "An honest answer.", "details": details})
        return
    choice = {"index": 0, "text": "An honest answer.", "finish_reason": finish}
    usage = {"prompt_tokens": 5, "completion_tokens": 3}
    say(talk, 200, {"choices": [choice], "usage": usage})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_a_lie_ends_in_its_refusal_whatever_the_form(
    lied_to: ServedNetwork, server: LyingServer, form: dict[str, Any], lie: Lie
) -> None:
    """The same variant as of a chat, one request, nothing leased; healed, it is answered."""
    lied_to.set_provider(url=server.url, **form)
    server.answer = lie.tell
    prompt = f"{form['form']}: {lie.name}"
    with lied_to.patience(lie.patience_s):
        refusal = lied_to.ask(prompt)["Refused"]
    assert list(refusal) == [lie.variant]
    assert len(server.asked) == 1
    assert lied_to.facts().leases_held == 0
    server.answer = partial(answering, form=form["form"])
    lied_to.let_failures_end()
    answered = lied_to.ask(prompt)["Answered"]["answer"]
    assert (answered["content"], answered["finish"]) == ("An honest answer.", "stop")
    assert answered["completion_tokens"] == 3


@pytest.mark.parametrize(("status", "body", "variant"), BODIES)
def test_a_failure_of_a_generation_is_read_by_its_status(
    lied_to: ServedNetwork, server: LyingServer, status: int, body: dict[str, Any], variant: str
) -> None:
    """Its words, which vary, are not passed on."""
    lied_to.set_provider(url=server.url, **FACE)
    server.answer = saying(status, body)
    refusal = lied_to.ask(f"generate: {status} {json.dumps(body)}")["Refused"]
    assert list(refusal) == [variant]
    assert body["error"] not in str(refusal)


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_that_was_cut_says_so(
    lied_to: ServedNetwork, server: LyingServer, form: dict[str, Any]
) -> None:
    """By the caller's bound it is stored, by ours it is not."""
    lied_to.set_provider(url=server.url, **form)
    server.answer = partial(answering, form=form["form"], finish="length")
    bounded = lied_to.ask(f"cut {form['form']}", max_tokens=3)["Answered"]
    assert bounded["answer"]["finish"] == "length"
    ours = lied_to.ask(f"cut {form['form']}")["Answered"]
    assert ours["answer"]["finish"] == "budget"
    assert "stored" not in ours["cache_status"]
