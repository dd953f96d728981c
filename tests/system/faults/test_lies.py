"""A lying, slow or missing server: a typed refusal each, nothing left, the next ask works."""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.statuses import HIT, MISS, MISS_STORED, STALE_STORED
from tests.system.faults.lies import LIES, Lie, chat, honest, say
from tests.system.faults.served_network import API_KEY

if TYPE_CHECKING:
    from tests.system.faults.lying_server import LyingServer
    from tests.system.faults.served_network import ServedNetwork


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_a_lie_ends_in_its_refusal_and_leaves_nothing(
    lied_to: ServedNetwork, server: LyingServer, lie: Lie
) -> None:
    """One request, one refusal, which is remembered if it lasts; healed, the ask is answered."""
    before = lied_to.facts()
    server.answer = lie.tell
    with lied_to.patience(lie.patience_s):
        refusal = lied_to.ask(lie.name)["Refused"]
    assert list(refusal) == [lie.variant]
    assert lie.says in str(refusal)
    assert lied_to.facts() == before._replace(failures=before.failures + lie.lasts)
    assert (before.flights_open, before.leases_held) == (0, 0)
    assert len(server.asked) == 1
    server.answer = honest
    if lie.lasts:
        assert lied_to.ask(lie.name) == {"Refused": refusal}
        assert len(server.asked) == 1
        lied_to.let_failures_end()
    # An overloaded provider is left alone for a moment.
    lied_to.replica.advance(1)
    answered = lied_to.ask(lie.name)["Answered"]
    assert answered["cache_status"] == (STALE_STORED if lie.lasts else MISS_STORED)
    after = lied_to.facts()
    assert after == before._replace(answers=before.answers + 1, failures=after.failures)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_a_submitted_request_learns_of_a_lie_by_its_ticket(
    lied_to: ServedNetwork, server: LyingServer, lie: Lie
) -> None:
    """The ticket of a failed flight reads Failed, with the same refusal that `ask` gives."""
    server.answer = lie.tell
    with lied_to.patience(lie.patience_s):
        ticket = lied_to.submit(f"submitted: {lie.name}")["ticket"]
    state = lied_to.query("batcher", "result", ticket)
    assert list(state) == ["Failed"]
    assert list(state["Failed"]) == [lie.variant]
    assert lied_to.facts().leases_held == 0


def test_a_refused_port_is_unreachable(lied_to: ServedNetwork, server: LyingServer) -> None:
    """A port on which nobody listens is Unreachable, and the right one works at once."""
    before = lied_to.facts()
    with socket.socket() as unheard:
        # Bound and not listening: nobody else can take the port meanwhile.
        unheard.bind(("127.0.0.1", 0))
        lied_to.set_provider(url=f"http://127.0.0.1:{unheard.getsockname()[1]}")
        refusal = lied_to.ask("refused port")["Refused"]
    assert list(refusal) == ["Unreachable"]
    assert lied_to.facts() == before
    lied_to.set_provider(url=server.url)
    assert "Answered" in lied_to.ask("refused port")


@pytest.mark.parametrize(
    ("url", "variant", "failures"),
    [
        ("http://127.0.0.1:{port}/wrong", "ProviderError", 1),
        ("http://127.0.0.1:{port}/v1/chat", "ProviderError", 1),
        ("https://127.0.0.1:{port}", "Unreachable", 0),
    ],
)
def test_a_wrong_url_of_the_provider_is_told(
    lied_to: ServedNetwork, server: LyingServer, url: str, variant: str, failures: int
) -> None:
    """A wrong path is the server's 404, TLS to a plain port is no connection."""
    before = lied_to.facts()
    lied_to.set_provider(url=url.format(port=server.port))
    assert list(lied_to.ask(f"wrong {url}")["Refused"]) == [variant]
    assert lied_to.facts() == before._replace(failures=before.failures + failures)
    lied_to.set_provider(url=server.url)
    lied_to.let_failures_end()
    assert "Answered" in lied_to.ask(f"wrong {url}")


def test_an_answer_cut_by_our_budget_is_given_and_not_stored(
    lied_to: ServedNetwork, server: LyingServer
) -> None:
    """finish_reason length without the caller's max_tokens is Refrain's cut, after two rounds."""
    server.answer = partial(honest, finish="length")
    before = lied_to.facts()
    for _ in range(2):
        answered = lied_to.ask("a long story")["Answered"]
        assert answered["answer"]["finish"] == "budget"
        assert answered["cache_status"] == MISS
    assert len(server.asked) == 4
    assert lied_to.facts() == before


def test_an_answer_cut_by_the_callers_own_bound_is_stored(
    lied_to: ServedNetwork, server: LyingServer
) -> None:
    """finish_reason length at the caller's max_tokens is what was asked for: a hit next time."""
    server.answer = partial(honest, finish="length")
    first = lied_to.ask("a short story", max_tokens=8)["Answered"]
    second = lied_to.ask("a short story", max_tokens=8)["Answered"]
    assert (first["answer"]["finish"], first["cache_status"]) == ("length", MISS_STORED)
    assert (second["answer"], second["cache_status"]) == (first["answer"], HIT)
    assert len(server.asked) == 1


@pytest.mark.parametrize("finish", ["content_filter", "tool_calls", None, ""])
def test_an_answer_of_an_unknown_end_is_not_stored(
    lied_to: ServedNetwork, server: LyingServer, finish: str | None
) -> None:
    """Only stop and the caller's own length are ends that may be kept."""
    server.answer = lambda talk: say(talk, 200, chat("half of it", finish))
    before = lied_to.facts()
    assert lied_to.ask(f"ends by {finish}")["Answered"]["cache_status"] == MISS
    assert lied_to.facts() == before


@pytest.mark.parametrize("content", ["", "|0|R|%7C", "\x00\r\n", "é\U0001f600" * 80])
def test_an_odd_answer_comes_back_as_it_was_said(
    lied_to: ServedNetwork, server: LyingServer, content: str
) -> None:
    """Separators, control characters and no text at all pass through; nothing empty is kept."""
    server.answer = partial(honest, content=content)
    prompt = f"say {content!r}"
    assert lied_to.ask(prompt)["Answered"]["answer"]["content"] == content
    again = lied_to.ask(prompt)["Answered"]
    assert again["answer"]["content"] == content
    assert again["cache_status"] == (HIT if content else MISS)


@pytest.mark.slow
def test_the_key_reaches_the_server_and_nobody_else(
    lied_to: ServedNetwork, server: LyingServer
) -> None:
    """After every lie, also those that echo it, the key is in no reply, log, status or view."""
    for lie in LIES:
        server.answer = lie.tell
        with lied_to.patience(lie.patience_s):
            lied_to.ask(f"once more: {lie.name}")
        # Set anew it is well, however often it lied.
        lied_to.set_provider(url=server.url)
    server.answer = lambda talk: say(talk, 200, chat("fine", id=API_KEY, model=API_KEY))
    assert "Answered" in lied_to.ask("echo it beside the answer")
    assert all(asked.headers["authorization"] == f"Bearer {API_KEY}" for asked in server.asked)
    assert len(server.asked) == len(LIES) + 1
    assert API_KEY not in lied_to.everything_said()
