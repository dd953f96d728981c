"""The first specification's claims, each beside what is measured: writes docs/figures.md.

`python -m benchmarks.figures` counts the rounds of a long answer on the embedded replica and
reckons sizes; with `--model` it also times the local model, and keeps that for the next run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.bench_network import ENDPOINT, MODEL, OPERATOR, BenchNetwork, prompt
from benchmarks.figure_texts import page
from benchmarks.model_times import timed_model
from refrain.client.ask_request import AskOptions, ask_request
from refrain.daemon.deployment import provider_settings
from refrain.quantization.formats import format_named
from refrain.quantization.sizes import size_in

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[1] / "docs" / "figures.md"
TIMES = Path(__file__).parent / "results" / "model_times.json"
PARAMETERS = 7_615_616_512
"""Of DeepSeek-R1-Distill-Qwen-7B, by its file's header."""

FORMATS = ("F16", "Q8_0", "Q5_K_M", "Q4_K_M", "Q4_K_S")
ROUND_TOKENS = 256
ROUNDS = 5


def counted_rounds() -> list[dict[str, int]]:
    """Instructions and cycles of each message that begins, continues and ends a long answer."""
    network = BenchNetwork()
    try:
        settings = {**provider_settings(ENDPOINT), "features": ["prefill"]}
        network.update("infer", "set_provider", settings)
        expected = network.mocks.expect()
        for number in range(1, ROUNDS + 1):
            expected.respond(200, _reply(number, "stop" if number == ROUNDS else "length"))
        options = AskOptions(prompt(1), MODEL, max_tokens=2_000, temperature_micros=0)
        call = network.replica.submit(
            network.ids["batcher"], "ask", ask_request(options), sender=OPERATOR
        )
        steps = [_counted(network, network.replica.run)]
        steps += [_counted(network, network.release) for _ in range(ROUNDS)]
        answered = network.replica.reply(call)["Answered"]
        if answered["outcalls"] != ROUNDS:
            raise RuntimeError(f"{answered['outcalls']} rounds were made, not {ROUNDS}")
        return steps
    finally:
        network.close()


def sizes() -> list[dict[str, Any]]:
    """The formats of the first specification for its 7B model."""
    found = [format_named(name) for name in FORMATS]
    return [size_in(one, PARAMETERS)._asdict() for one in found if one is not None]


def _reply(number: int, finish: str) -> str:
    text = f"{number}: ".ljust(4 * ROUND_TOKENS, "w")
    choice = {"message": {"content": text}, "finish_reason": finish}
    usage = {"prompt_tokens": 250, "completion_tokens": ROUND_TOKENS}
    return json.dumps({"choices": [choice], "usage": usage})


def _counted(network: BenchNetwork, action: Callable[[], object]) -> dict[str, int]:
    names = ("instructions", "query_instructions", "burned_cycles", "outcalls")
    before = network.replica.traffic()
    action()
    after = network.replica.traffic()
    return {name: after[name] - before[name] for name in names}


def main() -> None:
    """Measure, write."""
    if "--model" in sys.argv[1:]:
        TIMES.write_text(json.dumps(timed_model(), indent=1) + "\n")
    times = json.loads(TIMES.read_text())
    PAGE.write_text(page(counted_rounds(), sizes(), times))
    print(f"{PAGE} written")


if __name__ == "__main__":
    main()
