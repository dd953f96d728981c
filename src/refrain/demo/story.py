"""The demo's chapters: each does one thing, prints what it saw, and holds it to its claim."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from refrain.cli.screen import counted, duration
from refrain.client.ask_request import AskOptions, ask_request
from refrain.client.asking import Outcome, ask
from refrain.client.connection import connect
from refrain.client.upgrading import upgrade
from refrain.daemon.launch import await_end, launch
from refrain.state.model_choice import recall

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.client.connection import Connection
    from refrain.state.folder import StateFolder

PROMPT = "In one short sentence: what is a refrain in a song?"
SECOND_PROMPT = "In one short sentence: why do people sing together?"
MAX_TOKENS = 48
ASKERS = 8


class ClaimFailed(Exception):  # noqa: N818 - named for what it says
    """What the demo promises was not what happened."""


class Seen(NamedTuple):
    """What a chapter's asks brought and cost."""

    outcomes: list[Outcome]
    elapsed_s: float
    outcalls: int
    cycles: int

    @property
    def content(self) -> str:
        """The first ask's answer."""
        return str(self.outcomes[0].answered["answer"]["content"])


class Story:
    """The demo on one running network; `show` gets the story, `say` the stage directions."""

    def __init__(
        self, folder: StateFolder, show: Callable[[str], None], say: Callable[[str], None]
    ) -> None:
        """Tell of the network in `folder`."""
        self._folder = folder
        self._show = show
        self._say = say

    def tell(self) -> None:
        """Tell every chapter; `ClaimFailed` at the first that does not hold."""
        connection = connect(self._folder)
        note = f" ({connection.model_note})" if connection.model_note else ""
        self._show(f"Model: {connection.model}{note}")
        self._show(
            "Outcalls are non-replicated here: one node of the subnet asks the model, so an "
            "answer's trust is that of a single node.\n"
        )
        first = self._first_ask()
        self._hit("2. The same prompt again", first)
        self._eight_at_once()
        self._kill_and_recover()
        self._hit("4. After kill -9 and a restart of the whole network", first)
        upgrade(connect(self._folder), "cache", self._say)
        self._hit("5. After an upgrade of the cache canister", first)
        self._show("Every claim held.")

    def _first_ask(self) -> str:
        self._show(f"1. A first ask: {PROMPT}")
        seen = self._ask(PROMPT, 1)
        self._show(f"   {seen.content}")
        self._facts("miss", seen)
        _claim(not seen.outcomes[0].is_hit, "the first ask is a miss")
        _claim(seen.outcalls == 1, "a miss costs one outcall")
        return seen.content

    def _hit(self, title: str, expected: str) -> None:
        self._show(title)
        seen = self._ask(PROMPT, 1)
        self._facts("hit" if seen.outcomes[0].is_hit else "miss", seen)
        _claim(seen.outcomes[0].is_hit, "an answered prompt is a hit")
        _claim(seen.outcalls == 0, "a hit makes no outcall")
        _claim(seen.content == expected, "a hit returns the stored answer")

    def _eight_at_once(self) -> None:
        self._show(f"3. {ASKERS} identical asks at the same time: {SECOND_PROMPT}")
        seen = self._ask(SECOND_PROMPT, ASKERS)
        self._show(f"   {seen.content}")
        self._facts(f"{ASKERS} answers", seen)
        contents = {outcome.answered["answer"]["content"] for outcome in seen.outcomes}
        _claim(seen.outcalls == 1, "identical asks in flight share one outcall")
        _claim(len(contents) == 1, "they all get the same answer")

    def _kill_and_recover(self) -> None:
        os.kill(connect(self._folder).pid, signal.SIGKILL)
        await_end(self._folder)
        launch(self._folder, recall(self._folder), self._say)

    def _facts(self, what: str, seen: Seen) -> None:
        costs = f"{counted(seen.cycles, 'cycle')}, {counted(seen.outcalls, 'outcall')}"
        self._show(f"   -> {what} in {duration(seen.elapsed_s)}, {costs}\n")

    def _ask(self, prompt: str, askers: int) -> Seen:
        connection = connect(self._folder)
        request = ask_request(
            AskOptions(prompt, connection.model, max_tokens=MAX_TOKENS, temperature_micros=0)
        )
        outcalls, cycles = _outcalls(connection), _cycles(connection)
        with ThreadPoolExecutor(askers) as threads:
            started = time.monotonic()
            waiting = [threads.submit(ask, connection, request) for _ in range(askers)]
            outcomes = [one.result() for one in waiting]
            elapsed_s = time.monotonic() - started
        return Seen(
            outcomes,
            elapsed_s,
            _outcalls(connection) - outcalls,
            cycles - _cycles(connection),
        )


def _outcalls(connection: Connection) -> int:
    return int(connection.network.traffic().get("outcalls", 0))


def _cycles(connection: Connection) -> int:
    canisters = connection.canisters.values()
    return sum(int(connection.network.status(canister)["cycles"]) for canister in canisters)


def _claim(held: bool, text: str) -> None:  # noqa: FBT001 - a claim holds or not
    if not held:
        raise ClaimFailed(text)
