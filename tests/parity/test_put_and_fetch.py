"""The cache by itself, for a dapp that has answers of its own; and what a trap undoes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.parity.dapps import MODEL, OPERATOR, STRANGER
from tests.parity.pocket import CallRejectedError

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps

DIGEST, NAMESPACE = "ab" * 32, "public"


def answer(text: str) -> dict[str, Any]:
    """An Answer of a dapp's own."""
    return {
        "content": text,
        "finish": "stop",
        "model": MODEL,
        "trust": "single_node",
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 0,
    }


def put(dapps: Dapps, text: str, *, digest: str = DIGEST, ttl_s: int | None = None) -> Any:
    """Put an answer as the operator; the PutResult."""
    return dapps.update("cache", "put", put_request(text, digest, ttl_s))


def put_request(text: str, digest: str = DIGEST, ttl_s: int | None = None) -> dict[str, Any]:
    """A PutRequest."""
    return {
        "digest": digest,
        "sample": 0,
        "namespace": NAMESPACE,
        "answer": answer(text),
        "ttl_s": [] if ttl_s is None else [ttl_s],
        "cache_control": "",
        "parts": "",
        "voters": [],
        "cost_cycles": 0,
        "cost_ms": 0,
    }


@pytest.fixture
def writing(dapps: Dapps) -> Dapps:
    """The canisters, with the operator as a writer."""
    dapps.command("cache", "allow_writer", OPERATOR.to_str())
    return dapps


def test_what_is_put_is_fetched_and_looked_up(writing: Dapps) -> None:
    """The same answer by either way, and nothing before."""
    assert "Miss" in writing.update("cache", "fetch", NAMESPACE, DIGEST, "")
    assert "Stored" in put(writing, "é 🐍")
    assert (
        writing.update("cache", "fetch", NAMESPACE, DIGEST, "")["Hit"]["answer"]["content"]
        == "é 🐍"
    )
    assert "Hit" in writing.query("cache", "lookup_digest", DIGEST)


def test_put_s_own_lifetime_decides(writing: Dapps) -> None:
    """Past it there is a miss, however long others last."""
    put(writing, "short", ttl_s=50)
    writing.pocket.advance(49)
    assert "Hit" in writing.query("cache", "lookup_digest", DIGEST)
    writing.pocket.advance(2)
    assert "Miss" in writing.query("cache", "lookup_digest", DIGEST)


def test_later_put_takes_the_place_of_the_earlier(writing: Dapps) -> None:
    """One digest has one answer, counted once."""
    put(writing, "first")
    put(writing, "second")
    found = writing.update("cache", "fetch", NAMESPACE, DIGEST, "")["Hit"]
    assert found["answer"]["content"] == "second"
    assert writing.counters("cache")["entries"] == 1


def test_refused_puts_change_nothing(writing: Dapps) -> None:
    """A digest that is none, and a stranger."""
    assert set(put(writing, "x", digest="no digest")["Refused"]) == {"BadRequest"}
    refused = writing.update("cache", "put", put_request("x"), sender=STRANGER)
    assert set(refused["Refused"]) == {"NotAllowed"}
    assert writing.counters("cache")["entries"] == 0


def test_trap_undoes_its_message_alone(writing: Dapps) -> None:
    """A put with an argument that cannot be read traps; what was stored before stays."""
    assert "Stored" in put(writing, "kept")
    before = writing.counters("cache")
    message = writing.pocket.submit(writing.ids["cache"], "put", b"DIDL\x00\x01\x7d\x01", OPERATOR)
    with pytest.raises(CallRejectedError, match="failed to decode call arguments") as caught:
        writing.pocket.finish(message)
    assert caught.value.code == 5
    assert writing.counters("cache") == before
