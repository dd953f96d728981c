"""Votes over several providers and models, and the records that these get by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from refrain.daemon.deployment import ModelEndpoint, provider_settings
from tests.system.electorate import policy, vote
from tests.system.network import MODEL, chat_reply, request

if TYPE_CHECKING:
    from tests.system.network import Network

OTHER = "large@r2:Q8_0"
NAMES = ("ash", "birch", "cedar")


def enlist(network: Network, name: str, says: str, model: str = MODEL, times: int = 1) -> None:
    """Give the network a provider of that name, and what it says."""
    url = f"https://{name}.example"
    settings = provider_settings(ModelEndpoint(model, url, "sk-made-up"))
    assert "Ok" in network.update("infer", "set_provider", {**settings, "name": name})
    asked = network.mocks.expect(url=f"{url}/v1/chat/completions", times=times)
    asked.respond(200, chat_reply(says))


def of(spread: str, *among: str, model: str = MODEL, **fields: Any) -> dict[str, Any]:
    """Make a request at temperature 0 that is voted on by those listed, two of whom must agree."""
    asked = policy(len(among), 2, spread=spread, among=list(among), **fields)
    return request("6 * 7?", model=model, temperature_micros=0, consensus=asked)


def test_each_provider_is_asked_and_named(network: Network) -> None:
    """Every provider of the policy is asked once; agreement of two is labelled as theirs."""
    for name, says in zip(NAMES, ("41", "42", "42"), strict=True):
        enlist(network, name, says)
    verdict = vote(network, of("providers", *NAMES))["Consistent"]
    assert verdict["answered"]["answer"]["trust"] == "multi_provider 2/3"
    names = [[voter["provider"] for voter in group["voters"]] for group in verdict["groups"]]
    assert names == [["birch", "cedar"], ["ash"]]


def test_samples_of_a_provider_are_kept_as_its_own(network: Network) -> None:
    """A vote of other providers reuses what those in both said, and names them."""
    for name, times in zip(NAMES, (1, 1, 1), strict=True):
        enlist(network, name, "42", times=times)
    vote(network, of("providers", "ash", "birch"))
    verdict = vote(network, of("providers", "birch", "cedar"))["Consistent"]
    assert network.outcalls == 3
    named = [voter["provider"] for voter in verdict["groups"][0]["voters"]]
    assert named == ["birch", "cedar"]


def test_models_vote_under_their_names(network: Network) -> None:
    """Each model gives one sample; bare names are completed as the model's own is."""
    enlist(network, "ash", "42")
    enlist(network, "birch", "42", OTHER)
    network.update("infer", "remove_provider", "local")
    network.update("batcher", "refresh_models")
    verdict = vote(network, of("models", "tiny", "large", model="tiny"))["Consistent"]
    models = [voter["model"] for voter in verdict["groups"][0]["voters"]]
    assert models == [MODEL, OTHER]
    assert verdict["answered"]["answer"]["trust"] == "multi_provider 2/2"


@pytest.mark.parametrize(
    ("among", "text"),
    [(("tiny", "unheard-of"), "no single model"), (("tiny", MODEL), "under two names")],
)
def test_a_model_that_cannot_be_told_is_refused(
    network: Network, among: tuple[str, str], text: str
) -> None:
    """Who is not known is named, and nobody votes under two names."""
    ((_, detail),) = network.ask("x", **of("models", *among, model="tiny"))["Refused"].items()
    assert text in detail


def test_providers_get_a_record_that_survives_an_upgrade(network: Network) -> None:
    """Each verdict counts for who took part in it, and agreement for who was of its opinion."""
    for name, says in zip(NAMES, ("42", "42", "41"), strict=True):
        enlist(network, name, says)
    vote(network, of("providers", *NAMES))
    before = network.query("batcher", "voters")
    network.upgrade("batcher")
    rows = {row["provider"]: row for row in network.query("batcher", "voters")}
    assert list(rows.values()) == before
    assert [(rows[name]["voted"], rows[name]["agreed"]) for name in NAMES] == [
        (1, 1),
        (1, 1),
        (1, 0),
    ]
    assert rows["ash"]["weight"] > rows["cedar"]["weight"]


def test_a_provider_with_a_record_outweighs_one_without(network: Network) -> None:
    """Two against two: by records the side that agreed with an earlier verdict has it."""
    names = (*NAMES, "douglas")
    for name, says in zip(names, ("42", "42", "41", "41"), strict=True):
        enlist(network, name, says)
    vote(network, of("providers", "ash", "birch"))
    assert "Inconsistent" in vote(network, of("providers", *names))
    state = vote(network, of("providers", *names, weights="record"))
    assert state["Consistent"]["answered"]["answer"]["content"] == "42"


def test_who_comes_after_the_verdict_is_recorded_too(network: Network) -> None:
    """A slow provider gets its record by what it said, not by when."""
    for name, says in zip((*NAMES, "douglas"), ("42", "42", "42", "41"), strict=True):
        enlist(network, name, says)
    verdict = vote(network, of("providers", *NAMES, "douglas"))["Consistent"]
    assert [row["reason"] for row in verdict["absent"]] == ["decided before it was heard"]
    rows = {row["provider"]: row["agreed"] for row in network.query("batcher", "voters")}
    assert rows == {"ash": 1, "birch": 1, "cedar": 1, "douglas": 0}
