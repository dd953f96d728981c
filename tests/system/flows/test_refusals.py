"""What cannot be asked: each mistake has its typed refusal, and costs no call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.kernel.rejects import Rejected
from tests.system.network import MODEL, OPERATOR, request

if TYPE_CHECKING:
    from tests.system.network import Network

LONG_SCHEMA = '{"a": "' + "x" * 8_000 + '"}'


def message(content: str, role: str = "user") -> dict[str, str]:
    """Make a message."""
    return {"role": role, "content": content}


BAD_REQUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "no message": ({"messages": []}, "empty prompt"),
    "empty prompt": ({"messages": [message("")]}, "empty prompt"),
    "blank prompt": ({"messages": [message(" \n\u3000\t")]}, "empty prompt"),
    "nobody asks": ({"messages": [message("be brief", "system")]}, "empty prompt"),
    "unknown role": ({"messages": [message("hi", "tool")]}, "unknown role"),
    "no tokens": ({"max_tokens": 0}, "max_tokens is 0"),
    "too many tokens": ({"max_tokens": 32_769}, "max_tokens is 32769"),
    "too hot": ({"temperature_micros": 2_000_001}, "temperature_micros is 2000001"),
    "no top_p": ({"top_p_micros": 0}, "top_p_micros is 0"),
    "top_p over one": ({"top_p_micros": 1_000_001}, "top_p_micros is 1000001"),
    "nine stops": ({"stop": list("abcdefghi")}, "9 stop texts"),
    "an empty stop": ({"stop": ["a", ""]}, "an empty stop text"),
    "strange format": ({"response_format": "yaml"}, "response_format is absent"),
    "another's namespace": ({"namespace": OPERATOR}, "namespace must be absent"),
    "no model": ({"model": ""}, "no model named"),
    "blank model": ({"model": "  "}, "no model named"),
}
TOO_LARGE: dict[str, tuple[dict[str, Any], str, int, int]] = {
    "long prompt": ({"messages": [message("x" * 64_001)]}, "characters", 64_001, 64_000),
    "long sum": (
        {"messages": [message("x" * 40_000, "system"), message("y" * 24_001)]},
        "characters",
        64_001,
        64_000,
    ),
    "many messages": ({"messages": [message("x")] * 257}, "messages", 257, 256),
    "long stop": ({"stop": ["x" * 257]}, "characters", 257, 256),
    "long model": ({"model": "m" * 201}, "characters", 201, 200),
    "long format": (
        {"response_format": LONG_SCHEMA},
        "characters",
        len(LONG_SCHEMA),
        8_000,
    ),
}


@pytest.mark.parametrize("method", ["ask", "submit"])
@pytest.mark.parametrize("case", BAD_REQUESTS)
def test_bad_request_is_refused_with_what_to_do(shared: Network, method: str, case: str) -> None:
    """A request that makes no sense is refused in a sentence, before any call is made."""
    fields, text = BAD_REQUESTS[case]
    calls = shared.replica.traffic()["calls"]
    reply = shared.update("batcher", method, request("hello", **fields))
    assert text in reply["Refused"]["BadRequest"]
    assert shared.replica.traffic()["calls"] == calls


@pytest.mark.parametrize("case", TOO_LARGE)
def test_too_large_request_is_refused_with_size_and_limit(shared: Network, case: str) -> None:
    """What exceeds a limit is refused with its own size and the limit, in the limit's unit."""
    fields, unit, size, limit = TOO_LARGE[case]
    calls = shared.replica.traffic()["calls"]
    reply = shared.ask("hello", **fields)
    assert reply == {"Refused": {"TooLarge": {"unit": unit, "size": size, "limit": limit}}}
    assert shared.replica.traffic()["calls"] == calls


@pytest.mark.parametrize(
    "model",
    ["large", f"{MODEL}0", "tiny@r2:Q4_K_M", "tiny@r1", "TINY", "tiny|x", "ti\u006e\u0303y"],
)
def test_unknown_model_is_refused_with_those_known(shared: Network, model: str) -> None:
    """A model that nobody serves is refused by naming those that are served."""
    refusal = shared.ask("hello", model=model)["Refused"]
    assert MODEL in refusal["UnknownModel"]


def test_bare_name_of_two_models_is_ambiguous(network: Network) -> None:
    """Where two models bear a name, the whole name must be given."""
    provider = {
        "name": "second",
        "url": "https://second.example",
        "model": "tiny@r2:Q8_0",
        "remote_model": "tiny",
        "mode": "non_replicated",
        "api_key": None,
        "max_new_tokens": 100,
        "shard_ids": ["second"],
        "form": "openai_chat",
        "template": "",
        "features": [],
    }
    assert "Ok" in network.update("infer", "set_provider", provider)
    assert network.update("batcher", "refresh_models") == {"Ok": "2 models"}
    assert set(network.ask("hello", model="tiny")["Refused"]) == {"UnknownModel"}
    network.answer_model("hi")
    assert network.answered("hello", model="tiny@r2:Q8_0")["answer"]["model"] == "tiny@r2:Q8_0"


def test_model_removed_from_its_provider_is_unknown_to_infer(network: Network) -> None:
    """Between a provider's removal and the next refresh an ask still ends typed."""
    network.update("infer", "remove_provider", "local")
    assert set(network.ask("hello")["Refused"]) == {"UnknownModel"}
    network.update("batcher", "refresh_models")
    assert "none yet" in network.ask("hello")["Refused"]["UnknownModel"]


@pytest.mark.parametrize("schema", ["{not json}", "{'a': 1}", "{} {}"])
def test_schema_that_is_no_json_object_is_refused(shared: Network, schema: str) -> None:
    """A response format that only looks like an object is refused, not sent."""
    refusal = shared.ask("hello", response_format=schema)["Refused"]
    assert "not a JSON object" in refusal["BadRequest"]


def test_request_of_wrong_candid_types_is_rejected(shared: Network) -> None:
    """Bytes that are no AskRequest change nothing and end in a reject that says so."""
    batcher = shared.replica.canister(shared.ids["batcher"])
    before = shared.counters("batcher")
    wrong = encode((Primitive("text"),), ("hello",), TypeTable())
    for arg in (wrong, b"", b"DIDL", b"DIDL\x00\x01\x71\xff"):
        number = shared.replica.submit_raw(batcher, "ask", arg, OPERATOR)
        shared.replica.run()
        with pytest.raises(Rejected, match="reject code 5"):
            shared.replica.reply(number)
    assert shared.counters("batcher") == before


def test_unconnected_batcher_says_what_is_missing(network: Network) -> None:
    """A freshly installed batcher refuses by telling the controller what to call."""
    network.install("batcher", "reinstall")
    refusal = network.ask("hello")["Refused"]
    assert "a controller calls connect" in refusal["Unreachable"]


def test_ask_works_after_all_refusals(shared: Network) -> None:
    """No refusal leaves anything behind that the next ask would stumble over."""
    for fields, _text in BAD_REQUESTS.values():
        shared.ask("hello", **fields)
    shared.answer_model("hi")
    assert shared.answered("hello")["answer"]["content"] == "hi"
    assert shared.counters("batcher")["flights_open"] == 0
