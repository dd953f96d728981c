"""Models' canisters: asked over many calls, and every way in which they fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import HIT
from tests.system.faults.lies import say
from tests.system.faults.served_network import ServedNetwork
from tests.system.model_canisters import LLAMA, LLM, chain_settings, install_stand_in
from tests.system.network import MODEL, OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.faults.lying_server import LyingServer, Talk

WORDS = [
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
]


class ChainNetwork(ServedNetwork):
    """A network whose provider is a stand-in of a model's canister."""

    stand_in = ""

    def serve(self, name: str, url: str, **changes: Any) -> None:
        """Make a stand-in the one provider."""
        self.stand_in = install_stand_in(self.replica, name, url)
        self.set_provider(**chain_settings(name, self.stand_in, MODEL) | changes)

    def tell(self, method: str, *args: Any) -> Any:
        """Call the stand-in."""
        return self.replica.update(self.stand_in, method, *args, sender=OPERATOR)


def continuing(talk: Talk) -> None:
    """Go on counting where the prompt ends, some words a call, and end after the last."""
    asked = json.loads(talk.asked.body)
    if "messages" in asked:
        heard = " / ".join(one["content"] for one in asked["messages"])
        message = {"role": "assistant", "content": f"heard {heard}"}
        say(talk, 200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
        return
    told = asked["prompt"].rpartition("assistant\n")[2].split()
    words = WORDS[len(told) : len(told) + min(3, asked["max_tokens"])]
    ended = len(told) + len(words) == len(WORDS)
    choice = {"text": "".join(f"{word} " for word in words), "index": 0}
    choice["finish_reason"] = "stop" if ended else "length"
    usage = {"prompt_tokens": 5, "completion_tokens": len(words)}
    say(talk, 200, {"choices": [choice], "usage": usage})


@pytest.fixture(scope="module")
def chain_network(
    lying_server: LyingServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChainNetwork]:
    """One network for the module."""
    ids = tmp_path_factory.mktemp("chain") / "ids.json"
    network = ChainNetwork(ids, lying_server.url)
    yield network
    network.close()


@pytest.fixture
def llama(chain_network: ChainNetwork, server: LyingServer) -> ChainNetwork:
    """The network with a stand-in of llama_cpp_canister, which counts to twelve."""
    server.answer = continuing
    chain_network.serve(LLAMA, server.url)
    return chain_network


@pytest.fixture
def llm(chain_network: ChainNetwork, server: LyingServer) -> ChainNetwork:
    """The network with a stand-in of the DFINITY LLM canister."""
    server.answer = continuing
    chain_network.serve(LLM, server.url)
    return chain_network


def test_an_answer_is_written_over_many_calls(llama: ChainNetwork) -> None:
    """A chat is begun, the prompt read, the answer written to its end, the file removed."""
    before = llama.facts()
    answered = llama.ask("Count.")["Answered"]
    assert answered["answer"]["content"] == " ".join(WORDS) + " "
    assert answered["answer"]["finish"] == "stop"
    assert answered["answer"]["trust"] == "onchain"
    assert answered["answer"]["completion_tokens"] == len(WORDS)
    assert answered["answer"]["prompt_tokens"] > 0
    assert answered["outcalls"] == 0
    # The prompt is of some 150 characters, of which the stand-in reads 120 a call.
    calls = ["new_chat", *["run_update"] * (2 + 4), "remove_prompt_cache"]
    assert llama.tell("calls") == calls
    assert llama.ask("Count.")["Answered"]["cache_status"] == HIT
    assert llama.facts() == before._replace(answers=before.answers + 1)


def test_the_callers_bound_and_stop_texts_end_an_answer(llama: ChainNetwork) -> None:
    """By tokens as the canister counts them, and before the first stop text."""
    bounded = llama.ask("Count to five.", max_tokens=5)["Answered"]["answer"]
    assert (bounded["content"].split(), bounded["finish"]) == (WORDS[:5], "length")
    stopped = llama.ask("Count on.", stop=["five"])["Answered"]["answer"]
    assert (stopped["content"], stopped["finish"]) == ("one two three four ", "stop")


@pytest.mark.parametrize(
    ("lie", "variant", "says"),
    [
        ("denied", "ProviderError", "'status': 401"),
        ("failed", "ProviderError", "'status': 500"),
        ("trap", "ProviderError", "'status': 500"),
    ],
)
def test_a_canisters_failure_is_typed_and_leaves_nothing(
    llama: ChainNetwork, lie: str, variant: str, says: str
) -> None:
    """Its text, which may hold the prompt, is not passed on; healed, it is asked again."""
    before = llama.facts()
    llama.tell("lie", lie)
    refusal = llama.ask(f"secret {lie}")["Refused"]
    assert list(refusal) == [variant]
    assert says in str(refusal)
    assert "secret" not in str(refusal)
    assert llama.facts() == before._replace(failures=before.failures + 1)
    llama.tell("lie", "")
    llama.let_failures_end()
    assert "Answered" in llama.ask(f"secret {lie}")


def test_an_answer_without_end_is_given_as_far_as_it_came(llama: ChainNetwork) -> None:
    """After sixteen calls it is cut by Refrain's budget, delivered and not stored."""
    before = llama.facts()
    llama.tell("lie", "endless")
    answer = llama.ask("For ever?")["Answered"]["answer"]
    assert answer["finish"] == "budget"
    assert answer["content"] == "word " * 14
    assert llama.facts() == before


@pytest.mark.parametrize("fields", [{"response_format": "json_object"}, {"extra": '{"top_k":1}'}])
def test_what_a_canister_does_not_take_is_refused(
    llama: ChainNetwork, fields: dict[str, Any]
) -> None:
    """Before anything is called."""
    assert "BadRequest" in llama.ask("Count.", **fields)["Refused"]
    assert llama.tell("calls") == []


def test_a_canister_that_is_no_model_is_told(llama: ChainNetwork) -> None:
    """One without the method, one that is stopped, and one that is not there."""
    llama.set_provider(**chain_settings(LLAMA, llama.ids["cache"], MODEL))
    assert "'status': 404" in str(llama.ask("no method")["Refused"])
    llama.replica.stop(llama.stand_in)
    llama.set_provider(**chain_settings(LLAMA, llama.stand_in, MODEL))
    assert "Unreachable" in llama.ask("stopped")["Refused"]
    llama.set_provider(**chain_settings(LLAMA, OPERATOR, MODEL))
    assert "Unreachable" in llama.ask("nobody")["Refused"]


def test_a_chat_is_asked_of_the_llm_canister(llm: ChainNetwork) -> None:
    """Roles and words arrive as they are; the answer's end is taken for whole."""
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Yo"},
        {"role": "user", "content": "And?"},
    ]
    answered = llm.ask("", messages=messages)["Answered"]
    assert answered["answer"]["content"] == "heard Be brief. / Hi / Yo / And?"
    assert (answered["answer"]["finish"], answered["answer"]["trust"]) == ("stop", "single_node")
    assert answered["outcalls"] == 0


@pytest.mark.parametrize(
    "fields",
    [{"max_tokens": 3}, {"temperature_micros": 0}, {"seed": 1}, {"stop": ["x"]}],
)
def test_the_llm_canister_has_no_parameters(llm: ChainNetwork, fields: dict[str, Any]) -> None:
    """What is in the key is asked, or refused by name."""
    refusal = llm.ask("Hi", **fields)["Refused"]
    assert next(iter(fields)) in refusal["BadRequest"]


@pytest.mark.parametrize(
    ("messages", "unit"),
    [
        ([{"role": "user", "content": "x"}] * 11, "messages"),
        ([{"role": "user", "content": "é" * 6_000}], "bytes"),
    ],
)
def test_the_llm_canisters_bounds_are_kept(
    llm: ChainNetwork, messages: list[dict[str, Any]], unit: str
) -> None:
    """Ten messages and 10 KiB; beyond, it would trap."""
    assert llm.ask("", messages=messages)["Refused"]["TooLarge"]["unit"] == unit


@pytest.mark.parametrize(("lie", "variant"), [("trap", "ProviderError"), ("tool", "BadReply")])
def test_the_llm_canisters_failures_are_typed(llm: ChainNetwork, lie: str, variant: str) -> None:
    """A trap of a worker's making, and an answer that is a tool's call."""
    before = llm.facts()
    llm.tell("lie", lie)
    assert variant in llm.ask(f"lie {lie}")["Refused"]
    after = llm.facts()
    assert after == before._replace(failures=after.failures)
    assert after.leases_held == 0
