"""The HTTP request that is sent, and what it costs."""

import json
from typing import Any

import pytest

from infer_core.backends.openai_chat import CHAT_PATH
from infer_core.backends.turns import Asking, Turn
from infer_core.outcall_plan import (
    MARGIN_CYCLES,
    OutcallPlan,
    Sample,
    endpoint_url,
    idempotency_key,
    plan_outcall,
    seed_of,
)
from infer_core.parameter_support import continuers, takers
from infer_core.provider_rules import Provider

DIGEST = "0000000a" + "0" * 56
ROUTER = Provider(
    name="router",
    url="https://models.example",
    model="qwen@r1:Q4",
    remote_model="org/qwen",
    mode="non_replicated",
    api_key="sk-secret",
    max_new_tokens=512,
    shard_ids=("a",),
)
LOCAL = ROUTER._replace(url="http://127.0.0.1:8080", api_key="", features=("llama_cpp", "prefill"))
MESSAGES = [{"role": "user", "content": "Grüße"}]


def plan_with(
    provider: Provider = ROUTER, number: int = 0, so_far: str = "", **changes: Any
) -> OutcallPlan:
    """Plan the outcall of a plain request, changed."""
    request: dict[str, Any] = {
        "temperature_micros": None,
        "top_p_micros": None,
        "seed": None,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
    }
    request |= changes
    sample = Sample(DIGEST, number)
    seed = seed_of(request["seed"], sample, provider.mode)
    asking = Asking(provider, request, (Turn(MESSAGES, so_far),), 64, seed)
    return plan_outcall(asking, idempotency_key([sample]))


def body_with(provider: Provider = ROUTER, number: int = 0, **changes: Any) -> Any:
    """Read the body of such a plan."""
    return json.loads(plan_with(provider, number, **changes).body)


def test_every_character_of_a_prompt_is_sent_whole() -> None:
    """A terminal's escape sequences too, which RustPython's own JSON would break."""
    stop = "\x1b[31m\x0b1\x7f\0"
    body = plan_with(stop=[stop]).body
    assert b'"stop":["\\u001b[31m\\u000b1\\u007f\\u0000"]' in body
    assert json.loads(body)["stop"] == [stop]


def test_a_plain_request_sends_no_more_than_it_says() -> None:
    """What the caller left out stays out."""
    assert body_with() == {
        "model": "org/qwen",
        "messages": MESSAGES,
        "max_tokens": 64,
        "stream": False,
    }


def test_every_parameter_has_its_openai_form() -> None:
    """Millionths become decimals; a schema is sent as JSON, not as text."""
    body = body_with(
        temperature_micros=700_000,
        top_p_micros=950_000,
        seed=7,
        stop=["END"],
        response_format='{"type": "object"}',
    )
    assert (body["temperature"], body["top_p"], body["seed"], body["stop"]) == (
        0.7,
        0.95,
        7,
        ["END"],
    )
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert body_with(response_format="json_object")["response_format"] == {"type": "json_object"}


def test_equal_requests_are_equal_bytes() -> None:
    """The body is canonical JSON: its keys sorted, its letters as they are."""
    body = plan_with(seed=1).body
    assert body == plan_with(seed=1).body
    assert list(json.loads(body)) == sorted(json.loads(body))
    assert "Grüße".encode() in body


def test_samples_of_a_seeded_request_differ_in_their_seed() -> None:
    """Otherwise five votes would be one answer five times."""
    assert [body_with(number=number, seed=7)["seed"] for number in (0, 1, 2)] == [7, 8, 9]
    assert body_with(number=1, seed=2**32 - 1)["seed"] == 0


def test_further_samples_have_a_seed_even_if_none_is_given() -> None:
    """The first may be the server's to draw; the others count up from the digest."""
    assert "seed" not in body_with(number=0)
    assert [body_with(number=number)["seed"] for number in (1, 2)] == [11, 12]


def test_replicated_nodes_share_a_seed() -> None:
    """In replicated mode the digest seeds a request that has no seed."""
    replicated = ROUTER._replace(mode="replicated")
    assert body_with(replicated, number=2)["seed"] == 12
    assert plan_with(replicated).is_replicated
    assert not plan_with().is_replicated


def test_only_llama_cpp_is_told_about_its_prompt_cache() -> None:
    """Hosted providers may refuse unknown fields."""
    assert body_with(LOCAL)["cache_prompt"] is False
    assert "cache_prompt" not in body_with(ROUTER)


def test_headers_name_the_sample_and_the_key() -> None:
    """The idempotency key names digest and sample; without a key no authorization is sent."""
    assert dict(plan_with(number=3).headers) == {
        "content-type": "application/json",
        "idempotency-key": f"{DIGEST}-3",
        "authorization": "Bearer sk-secret",
    }
    assert "authorization" not in dict(plan_with(LOCAL).headers)


def test_the_key_is_in_no_other_part_of_the_plan() -> None:
    """The key travels in its header only."""
    plan = plan_with()
    assert "sk-secret" not in plan.url + plan.body.decode()


@pytest.mark.parametrize(
    "url",
    [
        "https://models.example",
        "https://models.example/",
        "https://models.example/v1",
        "https://models.example/v1/",
        "https://models.example/v1/chat/completions",
    ],
)
def test_an_endpoint_may_be_given_with_or_without_its_path(url: str) -> None:
    """All common spellings reach the same path."""
    assert endpoint_url(url, CHAT_PATH) == "https://models.example/v1/chat/completions"


def test_the_fee_is_that_of_the_exact_bytes() -> None:
    """URL, headers, body, transform's name and reply bytes have the platform's prices."""
    plan = plan_with()
    headers = sum(len(name) + len(value) for name, value in plan.headers)
    request_bytes = len(plan.url) + headers + len(plan.body) + len("transform")
    expected = 49_140_000 + 5_200 * request_bytes + 10_400 * plan.max_response_bytes
    assert plan.fee_cycles == expected
    assert plan.price_cycles == expected + MARGIN_CYCLES


def test_the_reply_size_follows_the_tokens_and_is_bounded() -> None:
    """More tokens ask for more bytes, never for more than the platform's 2 MB."""
    assert 1_000 < plan_with().max_response_bytes < 20_000


def test_further_parameters_are_sent_as_they_stand_in_the_key() -> None:
    """Digit by digit, and beside what the request's own fields say."""
    body = plan_with(LOCAL, extra='{"top_k":40,"min_p":0.10,"logit_bias":{"7":-1e2}}').body
    assert b'"top_k":40' in body
    assert b'"min_p":0.1,' in body
    assert b'"logit_bias":{"7":-100}' in body


def test_no_further_parameter_replaces_a_field() -> None:
    """Even one that no check had refused."""
    extra = '{"model":"x","messages":[],"stream":true,"max_tokens":9,"seed":1,"cache_prompt":true}'
    body = body_with(LOCAL, seed=7, extra=extra)
    assert (body["model"], body["messages"], body["stream"]) == ("org/qwen", MESSAGES, False)
    assert (body["max_tokens"], body["seed"], body["cache_prompt"]) == (64, 7, False)


def test_what_stands_beside_a_schema_is_sent_with_it() -> None:
    """Name, strictness and description are asked as the key has them."""
    options = '{"json_schema":{"name":"city","strict":false}}'
    body = body_with(response_format='{"type":"object"}', extra=options)
    assert body["response_format"]["json_schema"] == {
        "name": "city",
        "strict": False,
        "schema": {"type": "object"},
    }
    assert "json_schema" not in body


def test_a_name_that_the_server_would_ignore_is_refused() -> None:
    """llama.cpp would answer as if `thinking` had not been asked; others are asked themselves."""
    request = {"extra": '{"top_k":1,"thinking":true}'}
    assert takers([LOCAL, ROUTER], request) == [ROUTER]
    refusal = takers([LOCAL], request)
    assert isinstance(refusal, dict)
    assert "does not take thinking" in refusal["BadRequest"]
    assert takers([LOCAL], {"extra": '{"top_k":1}'}) == [LOCAL]
    assert takers([LOCAL], {"extra": None}) == [LOCAL]


def test_an_answer_is_continued_only_where_that_is_known_to_work() -> None:
    """llama.cpp continues an assistant's last message; a first round may go anywhere."""
    assert continuers([LOCAL, ROUTER], "Once") == [LOCAL]
    assert continuers([LOCAL, ROUTER], "") == [LOCAL, ROUTER]
    refusal = continuers([ROUTER], "Once")
    assert isinstance(refusal, dict)
    assert "BadRequest" in refusal


def test_each_round_of_a_sample_has_a_key_of_its_own() -> None:
    """A proxy that knows a key replays its answer: a later round must not get the first one's."""
    sample = Sample(DIGEST, 1)
    keys = {idempotency_key([sample], (so_far,)) for so_far in ("", "Once", "Once upon")}
    assert keys == {f"{DIGEST}-1", f"{DIGEST}-1-4", f"{DIGEST}-1-9"}
    assert len(idempotency_key([sample, sample], ("", "x"))) == 64
