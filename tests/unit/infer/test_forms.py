"""What each form of endpoint is sent, and how its replies are read."""

import json
from typing import Any

import pytest

from infer_core.answer_text import settled_reply
from infer_core.backends.turns import Asking, Turn
from infer_core.outcall_plan import OutcallPlan, plan_outcall
from infer_core.parameter_support import continues, list_takers, takers
from infer_core.provider_rules import Provider
from infer_core.reply import canonical_body, read_list, read_reply
from infer_core.reply_fields import ModelReply

CHAT = Provider(
    "local", "http://127.0.0.1:1/v1", "m@1:Q4", "tiny", "non_replicated", "", 64, ("a",),
    "openai_chat", "chatml", ("llama_cpp", "prefill", "lists"),
)  # fmt: skip
TEXT = CHAT._replace(form="openai_completions")
FACE = CHAT._replace(form="hf_text_generation", features=(), url="https://x.example/models/m")
THINKER = TEXT._replace(template="deepseek-r1")
REQUEST: dict[str, Any] = {
    "temperature_micros": 0,
    "top_p_micros": None,
    "seed": None,
    "stop": ["END"],
    "response_format": None,
    "extra": None,
}


def plan(provider: Provider, *so_fars: str, seed: int | None = 7, **changes: Any) -> OutcallPlan:
    """Plan a call with one prompt for each beginning, or with one alone."""
    turns = tuple(Turn([{"role": "user", "content": "Hi"}], one) for one in so_fars or ("",))
    return plan_outcall(Asking(provider, {**REQUEST, **changes}, turns, 32, seed), "k")


def body(provider: Provider, *so_fars: str, **changes: Any) -> Any:
    """Read the body of such a plan."""
    return json.loads(plan(provider, *so_fars, **changes).body)


def test_completions_send_one_text() -> None:
    """The template's text, at its own path, with the parameters of the form."""
    assert plan(TEXT).url == "http://127.0.0.1:1/v1/completions"
    assert body(TEXT, "Once") == {
        "model": "tiny",
        "prompt": "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nOnce",
        "max_tokens": 32,
        "temperature": 0.0,
        "seed": 7,
        "stop": ["END"],
        "stream": False,
        "cache_prompt": False,
    }


def test_completions_send_a_list_of_texts() -> None:
    """Several prompts are one list in one body."""
    prompts = body(TEXT, "", "Once")["prompt"]
    assert [prompt[-5:] for prompt in prompts] == ["tant\n", "\nOnce"]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("json_object", {"type": "object"}), ('{"type":"string"}', {"type": "string"})],
)
def test_a_format_has_the_name_that_each_form_knows(asked: str, sent: Any) -> None:
    """llama.cpp's completions take a bare schema, Hugging Face's servers a grammar."""
    assert body(TEXT, response_format=asked)["json_schema"] == sent
    grammar = body(FACE, response_format=asked)["parameters"]["grammar"]
    assert grammar == {"type": "json", "value": sent}


def test_text_generation_has_inputs_and_parameters() -> None:
    """At the URL as it stands; no temperature of 0, which its servers refuse."""
    assert plan(FACE).url == "https://x.example/models/m"
    sent = body(FACE)
    assert sent["inputs"].endswith("<|im_start|>assistant\n")
    assert sent["parameters"] == {
        "max_new_tokens": 32,
        "do_sample": False,
        "seed": 7,
        "stop": ["END"],
        "return_full_text": False,
        "details": True,
    }
    warm = body(FACE, temperature_micros=600_000)["parameters"]
    assert (warm["temperature"], warm["do_sample"]) == (0.6, True)


def test_advice_is_sent_where_a_request_says_nothing() -> None:
    """DeepSeek-R1 at 0.6 and 0.95; what the caller states wins."""
    advised = body(THINKER, temperature_micros=None)
    assert (advised["temperature"], advised["top_p"]) == (0.6, 0.95)
    assert body(THINKER)["temperature"] == 0.0


def test_names_of_chats_are_refused_for_texts() -> None:
    """llama.cpp would ignore tools in a completion; a hosted server's format is unknown."""
    tools = REQUEST | {"extra": '{"tools":[]}'}
    assert takers([CHAT], tools) == [CHAT]
    assert "tools" in str(takers([TEXT], tools))
    hosted = TEXT._replace(features=())
    refusal = takers([hosted], REQUEST | {"response_format": "json_object"})
    assert "response_format" in str(refusal)
    assert takers([hosted], REQUEST) == [hosted]


def test_lists_are_asked_as_texts_of_those_who_take_them() -> None:
    """A chat's provider that takes lists is asked at its path of completions."""
    assert list_takers([CHAT, FACE]) == [TEXT]
    assert "one by one" in str(list_takers([FACE]))
    assert [continues(one) for one in (CHAT, TEXT, FACE)] == [True, True, True]
    assert not continues(CHAT._replace(features=()))


def choice(index: Any, text: Any = "x", finish: Any = "stop") -> dict[str, Any]:
    """Make one choice of a completion."""
    return {"index": index, "text": text, "finish_reason": finish, "logprobs": None}


def completion(*choices: Any) -> bytes:
    """Make the reply of llama.cpp's completions, whose usage is of one prompt only."""
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    return json.dumps({"choices": choices, "usage": usage, "id": "x", "created": 1}).encode()


def test_one_completion_is_read_with_its_counts() -> None:
    """Raw or transformed, it is the same."""
    raw = completion(choice(0, "Paris."))
    expected = ModelReply("Paris.", "stop", 3, 4)
    assert read_reply(200, raw) == read_reply(200, canonical_body(200, raw)) == expected


def test_a_lists_answers_go_to_their_prompts() -> None:
    """By index, whatever the order; the counts of a list are wrong and not told."""
    raw = completion(choice(1, "two", "length"), choice(0, "one"))
    told = [ModelReply("one", "stop", 0, 0), ModelReply("two", "length", 0, 0)]
    assert read_list(200, raw, 2) == read_list(200, canonical_body(200, raw), 2) == told


def test_each_prompt_of_a_list_fails_by_itself() -> None:
    """A missing, broken or foreign answer leaves the others."""
    raw = completion(choice(3, "four"), choice(1, 7), choice("0"), None, choice(9), choice(2))
    read = read_list(200, canonical_body(200, raw), 4)
    assert isinstance(read, list)
    missing = {"BadReply": "the provider's list has no answer to this prompt"}
    assert read[0] == missing
    assert read[1] == {"BadReply": "the provider's reply has no content"}
    assert read[2:] == [ModelReply("x", "stop", 0, 0), ModelReply("four", "stop", 0, 0)]


def test_a_lone_answer_is_not_given_to_another_prompt() -> None:
    """If just the second prompt is answered, the first one is not."""
    read = read_list(200, canonical_body(200, completion(choice(1, "two"))), 2)
    assert isinstance(read, list)
    assert "BadReply" in read[0]
    assert read[1] == ModelReply("two", "stop", 0, 0)


def test_a_list_that_failed_whole_has_one_refusal() -> None:
    """A status, or a body that is no JSON, is everybody's."""
    assert "ProviderError" in read_list(400, b"{}", 2)
    assert "BadReply" in read_list(200, canonical_body(200, b"[" * 500), 2)


@pytest.mark.parametrize(
    ("value", "reply"),
    [
        ([{"generated_text": "Hi"}], ModelReply("Hi", "", 0, 0)),
        ({"generated_text": "Hi"}, ModelReply("Hi", "", 0, 0)),
        (
            {
                "generated_text": "Hi",
                "details": {"finish_reason": "eos_token", "generated_tokens": 2, "seed": 9},
            },
            ModelReply("Hi", "stop", 0, 2),
        ),
        (
            [{"generated_text": "Hi", "details": {"finish_reason": "length"}}],
            ModelReply("Hi", "length", 0, 0),
        ),
    ],
)
def test_both_forms_of_a_generation_are_read(value: Any, reply: ModelReply) -> None:
    """The object with details, and the older list."""
    raw = json.dumps(value).encode()
    assert read_reply(200, raw) == read_reply(200, canonical_body(200, raw)) == reply


@pytest.mark.parametrize("value", [[], [3], [{}], {"generated_text": None}, [None]])
def test_a_broken_generation_is_a_bad_reply(value: Any) -> None:
    """No text, no answer."""
    assert "BadReply" in read_reply(200, json.dumps(value).encode())


def test_thoughts_told_apart_are_put_before_the_answer() -> None:
    """As a server that does not split would have sent them; cut off, they stay open."""
    message = {"content": "4", "reasoning_content": "2 and 2"}
    chat = {"choices": [{"message": message, "finish_reason": "stop"}]}
    assert read_reply(200, json.dumps(chat).encode()) == ModelReply(
        "<think>2 and 2</think>4", "stop", 0, 0
    )
    message["content"] = ""
    cut = read_reply(200, json.dumps(chat).encode())
    assert cut == ModelReply("<think>2 and 2", "stop", 0, 0)


@pytest.mark.parametrize(
    ("provider", "content", "so_far", "settled"),
    [
        (CHAT, "Once upon", "Once", (" upon", "")),
        (TEXT, "x<|im_end|>y", "", ("x", "")),
        (TEXT, "Once again", "Once", ("Once again", "")),
        (THINKER, "hm</think>4", "", ("<think>\nhm</think>4", "")),
        (THINKER, "m</think>4", "<think>\nh", ("m</think>4", "")),
        (FACE, "4 END", "", ("4 ", "stop")),
        (FACE, "x" * 32, "", ("x" * 32, "")),
    ],
)
def test_an_answer_reads_alike_wherever_it_came_from(
    provider: Provider, content: str, so_far: str, settled: tuple[str, str]
) -> None:
    """Without repetition, marks and stop texts, with what the model was forced to say first."""
    reply = settled_reply(provider, ModelReply(content, "", 0, 0), so_far, ("END",), 32)
    assert (reply.content, reply.finish_reason) == settled


def test_deepseek_chats_have_no_system_message() -> None:
    """Its words go before the first question; other families' messages stay as they are."""
    told = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"}]
    turn = Turn([*told, {"role": "assistant", "content": "2"}], "")
    asking = Asking(THINKER._replace(form="openai_chat"), REQUEST, (turn,), 32, 7)
    assert json.loads(plan_outcall(asking, "k").body)["messages"] == [
        {"role": "user", "content": "Be brief.\n\n1+1?"},
        {"role": "assistant", "content": "2"},
    ]
    plain = asking._replace(provider=CHAT)
    assert json.loads(plan_outcall(plain, "k").body)["messages"] == turn.messages
