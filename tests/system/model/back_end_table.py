"""`python -m tests.system.model.back_end_table`: what ran, by form and transport.

Writes its table into docs/backends.md; the folders of canisters/infer and src are on PYTHONPATH.

Every row is one question asked of the real model through the infer canister; the canisters' rows go
through stand-ins that get their tokens from the same server.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from infer_core.provider_rules import CHAIN_FORMS, HTTP_FORMS, MODES, ONCHAIN
from refrain.local_model.child import model_endpoint
from refrain.state.folder import StateFolder
from refrain.state.model_choice import SMOLLM2, ModelChoice
from tests.system.faults.lying_server import LyingServer
from tests.system.faults.paying_writer import PayingWriter
from tests.system.faults.served_network import ServedNetwork
from tests.system.model.passing_on import passing_on
from tests.system.model.text_generation_server import LONGEST_REPLY_S, PATH, generating
from tests.system.model_canisters import LLAMA, LLM, chain_settings, install_stand_in

if TYPE_CHECKING:
    from tests.system.faults.lying_server import Answer, Talk

PAGE = Path(__file__).parents[3] / "docs" / "backends.md"
BEGIN = "<!-- made by python -m tests.system.model.back_end_table -->"
END = "<!-- end of what is made -->"
HEAD = (
    "| form | transport | answer | outcalls | HTTP requests | asked of the model | M cycles "
    "| transform, M instructions | seconds |\n|---|---|---|---|---|---|---|---|---|"
)
QUESTION = "Name three colours."
GREEDY: dict[str, Any] = {"max_tokens": 24, "temperature_micros": 0, "seed": 7}
MILLION = 1_000_000


class Counted:
    """A server's answer that counts how often it is given."""

    def __init__(self, answer: Answer) -> None:
        """Count the calls of `answer`."""
        self.times = 0
        self._answer = answer
        self._lock = threading.Lock()

    def __call__(self, talk: Talk) -> None:
        """Answer, one after the other, as a server of one slot does."""
        with self._lock:
            self.times += 1
            self._answer(talk)


class Once:
    """A proxy: of equal idempotency keys one is answered, and the others get the same bytes."""

    def __init__(self, answer: Answer) -> None:
        """Stand before `answer`."""
        self._answer = answer
        self._known: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def __call__(self, talk: Talk) -> None:
        """Answer, or repeat."""
        key = talk.asked.headers["idempotency-key"]
        with self._lock:
            if key not in self._known:
                kept: Any = _Kept()
                self._answer(talk._replace(connection=kept))
                self._known[key] = bytes(kept.data)
        talk.send(self._known[key])


class _Kept:
    """Keeps what is sent, in place of a connection."""

    def __init__(self) -> None:
        self.data = bytearray()

    def sendall(self, data: bytes) -> None:
        """Keep some bytes."""
        self.data += data


class Row(NamedTuple):
    """What one asking came to."""

    form: str
    transport: str
    result: dict[str, Any]
    outcalls: int
    requests: int
    asked: int
    cycles: int
    instructions: float
    seconds: float

    def line(self, expected: str) -> str:
        """Write it; `expected` is the greedy answer that every form must give."""
        if "Failed" in self.result:
            said = f"{next(iter(self.result['Failed']['refusal']))}"
        else:
            answer = self.result["Inferred"]["answer"]
            same = "the same" if answer["content"] == expected else "another"
            said = f"{same}, {answer['trust']}"
        cells = (
            *(self.form, self.transport, said, self.outcalls, self.requests, self.asked),
            *(f"{self.cycles / MILLION:.0f}", f"{self.instructions:.1f}", f"{self.seconds:.1f}"),
        )
        return f"| {' | '.join(map(str, cells))} |"


def rows(network: ServedNetwork, model_url: str) -> list[Row]:
    """Ask by every form and transport."""
    found = []
    for form in HTTP_FORMS:
        is_face = form == "hf_text_generation"
        answer = generating(model_url, as_list=False) if is_face else passing_on(model_url)
        for mode in MODES:
            counted = Counted(answer)
            front: Answer = Once(counted) if mode == "idempotency_proxy" else counted
            with LyingServer(front) as server:
                url = server.url + (PATH if is_face else "")
                features = [] if is_face else ["llama_cpp", "prefill", "lists"]
                network.set_provider(form=form, url=url, mode=mode, features=features)
                found.append(_row(network, form, mode, server, counted))
    for kind, form in zip((LLAMA, LLM), CHAIN_FORMS, strict=True):
        counted = Counted(passing_on(model_url))
        with LyingServer(counted) as server:
            stand_in = install_stand_in(network.replica, kind, server.url)
            network.set_provider(**chain_settings(kind, stand_in, network.endpoint.model))
            fields = GREEDY if kind == LLAMA else {}
            found.append(_row(network, form, ONCHAIN, server, counted, fields))
    return found


def _row(  # noqa: PLR0913, PLR0917 - what one row is about
    network: ServedNetwork,
    form: str,
    transport: str,
    server: LyingServer,
    counted: Counted,
    fields: dict[str, Any] = GREEDY,
) -> Row:
    writer = PayingWriter(network)
    traffic = network.replica.traffic()["outcalls"]
    counts = network.replica.kernel.counts
    spent, started = counts.query_instructions, time.monotonic()
    result, cycles = writer.infer(QUESTION, **fields)
    seconds = time.monotonic() - started
    outcalls = network.replica.traffic()["outcalls"] - traffic
    transforms = (counts.query_instructions - spent) / MILLION / max(1, len(server.asked))
    told = (len(server.asked), counted.times, cycles, transforms, seconds)
    return Row(form, transport, result, outcalls, *told)


def main() -> int:
    """Ask, and write the table into the page; 1 where an answer is not the expected one."""
    with TemporaryDirectory() as folder:
        state = StateFolder(Path(folder))
        state.prepare()
        with model_endpoint(ModelChoice(SMOLLM2), state, lambda _text: None) as url:
            network = ServedNetwork(
                Path(folder) / "ids.json", url, model=SMOLLM2, request_timeout_s=LONGEST_REPLY_S
            )
            found = rows(network, url)
            network.close()
    expected = found[0].result["Inferred"]["answer"]["content"]
    lines = [row.line(expected) for row in found]
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    table = "\n".join([BEGIN, "", HEAD, *lines, "", END])
    PAGE.write_text(before + table + rest.partition(END)[2])
    sys.stdout.write("\n".join([HEAD, *lines]) + "\n")
    return int(any("the same" not in line for line in lines))


if __name__ == "__main__":
    sys.exit(main())
