"""The cache's free query: who finds what by a request or by a digest, and what it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.system.network import OPERATOR, STRANGER, principal, request

if TYPE_CHECKING:
    from tests.system.network import Network

ALICE = principal("alice")
PROMPT = "Capital of France?"
ANONYMOUS = "2vxsx-fae"


@pytest.fixture
def private(network: Network) -> Any:
    """Alice's own answer."""
    network.allow(ALICE)
    network.answer_model("Paris")
    return network.answered(PROMPT, sender=ALICE)


@pytest.fixture
def public(network: Network) -> Any:
    """An answer that Alice shares with all."""
    network.allow(ALICE)
    network.answer_model("Paris")
    return network.answered(PROMPT, sender=ALICE, namespace="public")


def test_owner_finds_its_answer_by_request_and_by_digest(network: Network, private: Any) -> None:
    """Both ways lead the owner to the same stored answer, for as long as it stays fresh."""
    by_request = network.query("cache", "lookup", request(PROMPT), sender=ALICE)
    by_digest = network.query("cache", "lookup_digest", private["digest"], sender=ALICE)
    assert by_request == by_digest
    hit = by_request["Hit"]
    assert hit["answer"] == private["answer"]
    assert (hit["namespace"], hit["age_s"], hit["expires_in_s"]) == (ALICE, 0, 604_800)


@pytest.mark.parametrize("caller", [STRANGER, ANONYMOUS])
def test_stranger_finds_nothing_of_another(network: Network, private: Any, caller: str) -> None:
    """A stranger who knows even the digest learns no more than that nothing was stored."""
    unknown = network.query("cache", "lookup_digest", "0" * 64, sender=caller)
    by_digest = network.query("cache", "lookup_digest", private["digest"], sender=caller)
    assert by_digest == unknown == {"Miss": "never stored"}


@pytest.mark.usefixtures("private")
def test_stranger_asking_the_same_looks_into_its_own_namespace(network: Network) -> None:
    """The same request of a stranger is another digest, which was never stored."""
    looked_up = network.query("cache", "lookup", request(PROMPT), sender=STRANGER)
    assert looked_up == {"Miss": "never stored"}


@pytest.mark.parametrize("caller", [STRANGER, ANONYMOUS])
def test_stranger_finds_public_answers(network: Network, public: Any, caller: str) -> None:
    """Public answers are found by anyone, by request and by digest."""
    asked = request(PROMPT, namespace="public")
    by_request = network.query("cache", "lookup", asked, sender=caller)
    by_digest = network.query("cache", "lookup_digest", public["digest"], sender=caller)
    assert by_request["Hit"]["answer"] == by_digest["Hit"]["answer"] == public["answer"]


@pytest.mark.parametrize("role", ["writer", "controller"])
def test_writers_and_controllers_find_what_they_keep(
    network: Network, private: Any, role: str
) -> None:
    """Those who write or configure the cache see every namespace by digest."""
    caller = network.ids["batcher"] if role == "writer" else OPERATOR
    assert "Hit" in network.query("cache", "lookup_digest", private["digest"], sender=caller)


@pytest.mark.usefixtures("private")
def test_lookup_counts_and_moves_nothing(network: Network) -> None:
    """A lookup is free: no counter changes, and no map is written."""
    before = network.counters("cache"), network.replica.traffic()["map_inserts"]
    for _ in range(3):
        network.query("cache", "lookup", request(PROMPT), sender=ALICE)
    assert (network.counters("cache"), network.replica.traffic()["map_inserts"]) == before


@pytest.mark.usefixtures("public")
def test_lookup_wants_the_model_named_whole(network: Network) -> None:
    """The cache knows no list of models, so it refuses a bare name by saying what it needs."""
    asked = request(PROMPT, namespace="public", model="tiny")
    refusal = network.query("cache", "lookup", asked)["Refused"]
    assert refusal == {"BadRequest": "name the model whole: NAME@REVISION:QUANTIZATION"}


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "é" * 64])
def test_what_is_no_digest_is_refused(network: Network, digest: str) -> None:
    """A lookup by something else than 64 lower-case hexadecimal characters is a bad request."""
    looked_up = network.query("cache", "lookup_digest", digest)
    assert looked_up["Refused"] == {"BadRequest": "digest must be 64 hexadecimal characters"}


def test_anonymous_lookup_without_public_is_refused(network: Network) -> None:
    """Anonymous callers have no namespace of their own to look into."""
    looked_up = network.query("cache", "lookup", request(PROMPT), sender=ANONYMOUS)
    assert "NotAllowed" in looked_up["Refused"]


def test_lookup_after_expiry_says_expired(network: Network, private: Any) -> None:
    """An answer past its time is a miss that says why."""
    network.replica.clock.advance(604_800)  # type: ignore[attr-defined]  # a manual clock
    looked_up = network.query("cache", "lookup_digest", private["digest"], sender=ALICE)
    assert looked_up == {"Miss": "expired"}
