"""Models' canisters: what their calls say, how they go on, what their failures mean."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infer_core.backends.dfinity_llm import llm_request, read_response, refuse_long_chat
from infer_core.backends.llama_cpp_canister import (
    MOST_RUNS,
    Run,
    advanced,
    run_args,
    started,
)
from infer_core.backends.turns import Asking, Turn
from infer_core.chain_plan import CYCLES_PER_CHAIN_CALL, chain_refusal, plan_chain
from infer_core.parameter_support import carriers
from infer_core.provider_rules import Provider, check_settings
from infer_core.reply_fields import ModelReply, UnreadableError

CANISTER = "w36hm-eqaaa-aaaal-qr76a-cai"
LLAMA = Provider(
    *("chain", f"canister:{CANISTER}", "m@1:Q4", "tiny", "onchain", "", 64, ("a",)),
    *("llama_cpp_canister", "chatml", ()),
)
THINKER = LLAMA._replace(template="deepseek-r1")


def asking(provider: Provider = LLAMA, **changes: Any) -> Asking:
    """Ask a plain question."""
    request = {"temperature_micros": 0, "top_p_micros": None, "stop": []} | changes
    turn = Turn([{"role": "user", "content": "Hi"}], "")
    return Asking(provider, request, (turn,), 20, 7)


def output(**fields: Any) -> dict[str, Any]:
    """Make what a call that went well replies."""
    told = {
        "status_code": 200,
        "output": "",
        "prompt_remaining": "",
        "generated_eog": False,
        "n_prompt_tokens": None,
        "n_tokens_generated": None,
    }
    return {"Ok": told | fields}


def read(run: Run) -> Run:
    """Let the prompt be read at once."""
    after = advanced(run, output(n_prompt_tokens=5))
    assert isinstance(after, Run)
    return after


def test_the_prompt_is_sent_whole_until_nothing_of_it_remains() -> None:
    """Then the answer is asked for with an empty one, and the tokens that are left."""
    run = started(asking(), "f.cache")
    first = run_args(run)
    assert first[:7] == [
        *("--prompt-cache", "f.cache", "--prompt-cache-all", "--temp", "0.0", "--seed", "7"),
    ]
    assert first[-4:] == [
        "-p",
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
        "-n",
        "1",
    ]
    again = advanced(run, output(prompt_remaining="tant\n"))
    assert isinstance(again, Run)
    assert run_args(again) == first
    reading = read(again)
    assert run_args(reading)[-4:] == ["-p", "", "-n", "20"]
    written = advanced(reading, output(output="Hello", n_tokens_generated=8))
    assert isinstance(written, Run)
    assert run_args(written)[-4:] == ["-p", "", "-n", "12"]


@pytest.mark.parametrize(
    ("fields", "reply"),
    [
        ({"generated_eog": True}, ModelReply("Hello", "stop", 5, 2)),
        ({"n_tokens_generated": 20}, ModelReply("Hello", "length", 5, 20)),
        ({"output": "Hello END x"}, ModelReply("Hello ", "stop", 5, 2)),
    ],
)
def test_an_answer_ends_by_itself_by_its_bound_or_by_a_stop_text(
    fields: dict[str, Any], reply: ModelReply
) -> None:
    """Each with the word that HTTP providers have for it."""
    run = read(started(asking(stop=["END"]), "f"))
    assert advanced(run, output(output="Hello", n_tokens_generated=2) | {
        "Ok": output(output="Hello", n_tokens_generated=2)["Ok"] | fields
    }) == reply  # fmt: skip


def test_a_canister_that_counts_nothing_is_counted_by_its_text() -> None:
    """Older ones do not tell; what is written is estimated, and not told as counted."""
    run = read(started(asking(), "f"))
    going = advanced(run, output(output="x" * 40))
    assert isinstance(going, Run)
    assert run_args(going)[-1] == "10"
    assert advanced(going, output(output="x" * 40)) == ModelReply("x" * 80, "length", 5, 0)


@given(texts=st.lists(st.text(max_size=5), max_size=30), unread=st.integers(0, 30))
@settings(derandomize=True)
def test_no_asking_takes_more_than_its_calls(texts: list[str], unread: int) -> None:
    """Whatever a canister replies, it is asked sixteen times at most, and ends."""
    run: Any = started(asking(), "f")
    replies = [output(prompt_remaining="x")] * unread
    replies += [output(output=text) for text in texts] + [output(output="")] * MOST_RUNS
    for calls, reply in enumerate(replies, 1):
        run = advanced(run, reply)
        assert calls <= MOST_RUNS
        if not isinstance(run, Run):
            break
    assert not isinstance(run, Run)


@pytest.mark.parametrize(
    ("result", "tag"),
    [
        ({"Err": {"status_code": 401, "error": "Access Denied."}}, "ProviderError"),
        ({"Err": {"status_code": 500, "error": "secret"}}, "ProviderError"),
        ({"Err": {"status_code": 429, "error": ""}}, "RateLimited"),
        ({}, "BadReply"),
    ],
)
def test_an_error_is_read_by_its_status(result: dict[str, Any], tag: str) -> None:
    """Its text is not passed on."""
    refusal = advanced(started(asking(), "f"), result)
    assert isinstance(refusal, dict)
    assert list(refusal) == [tag]
    assert "secret" not in str(refusal)


def test_deepseeks_advice_reaches_a_canister_too() -> None:
    """As arguments of the command line."""
    args = run_args(started(asking(THINKER, temperature_micros=None), "f"))
    assert args[3:7] == ["--temp", "0.6", "--top-p", "0.95"]


@pytest.mark.parametrize(
    ("reject", "tag"),
    [
        ("Rejection code 2, Couldn't send message", "Busy"),
        ("Rejection code 3, No route to canister x", "Unreachable"),
        ("Rejection code 5, IC0508: Canister x is stopped", "Unreachable"),
        ("Rejection code 5, IC0536: Canister has no update method 'run_update'", "ProviderError"),
        (
            "Rejection code 5, IC0522: exceeded the limit of 40000000000 instructions",
            "ProviderError",
        ),
        ("Rejection code 5, failed to decode canister response as x", "BadReply"),
        ("Rejection code 4, a secret", "ProviderError"),
    ],
)
def test_a_rejected_call_is_typed(reject: str, tag: str) -> None:
    """By what the platform says, which is never passed on."""
    refusal = chain_refusal(reject)
    assert list(refusal) == [tag]
    assert "secret" not in str(refusal)


def test_a_plan_names_canister_file_and_price() -> None:
    """Nothing is attached; each asking has a file of its own."""
    plan = plan_chain(asking(), "a" * 64 + "-3")
    assert (plan.canister, plan.fee_cycles) == (CANISTER, 0)
    assert plan.file == "a" * 24 + "a" * 22 + "-3.cache"
    assert plan.price_cycles == CYCLES_PER_CHAIN_CALL * (MOST_RUNS + 1)


def test_the_llm_canister_gets_roles_as_variants() -> None:
    """An assistant's message has tool calls, of which there are none."""
    messages = [
        {"role": role, "content": role[0]} for role in ("system", "user", "assistant", "user")
    ]
    one = asking()._replace(turns=(Turn(messages, ""),))
    assert llm_request(one) == {
        "model": "tiny",
        "messages": [
            {"system": {"content": "s"}},
            {"user": {"content": "u"}},
            {"assistant": {"content": "a", "tool_calls": []}},
            {"user": {"content": "u"}},
        ],
    }
    assert refuse_long_chat(one) is None
    assert read_response({"message": {"content": "Hi", "tool_calls": []}}).content == "Hi"
    with pytest.raises(UnreadableError):
        read_response({"message": {"content": None, "tool_calls": [{"id": "1"}]}})


def test_a_canister_is_asked_by_calls_alone() -> None:
    """A transport of HTTP finds it not."""
    assert carriers([LLAMA], None) == [LLAMA]
    assert "transport" in str(carriers([LLAMA], "replicated"))


@pytest.mark.parametrize(
    "changes",
    [
        {"url": CANISTER},
        {"url": "canister:"},
        {"url": "https://models.example"},
        {"mode": "replicated"},
        {"template": ""},
        {"features": ["lists"]},
        {"form": "openai_chat"},
    ],
)
def test_a_canisters_settings_fit_together(changes: dict[str, Any]) -> None:
    """A principal, onchain, with a template and without features."""
    good = {name: value for name, value in LLAMA._asdict().items() if name != "shard_ids"}
    good |= {"shard_ids": ["a"], "features": [], "api_key": None}
    assert check_settings(good) is None
    assert "BadRequest" in (check_settings(good | changes) or {})
