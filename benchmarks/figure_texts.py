"""docs/figures.md: the first specification's claims with their verdicts, and what was counted."""

from __future__ import annotations

from typing import Any

_GB = 10**9
_M = 1_000_000

_HEAD = """\
# The first specification's claims

`python -m benchmarks.figures` writes this page: it counts on the embedded replica, whose
instructions are estimates ([012](decisions/012-instruction-estimates.md)), and reckons sizes from
the formats' bits per weight. `--model` times the local model anew. What cannot be measured here has
its source.

"""

_SOURCES = """
Sources. Bits per weight, perplexity and tokens a second of Llama-3.1-8B and Llama 3 8B: llama.cpp,
`tools/quantize/README.md` and `examples/perplexity/README.md`; `refrain quant --json` lists them.
Outcall limits: the Internet Computer's `https_outcalls` adapter (30 s) and `canister_http.rs`
(2,000,000 bytes). Instructions on chain: llama_cpp_canister's README, appendix A. "Quality in
percent" has no definition there or in the specification; where it is called right or wrong here,
perplexity is meant.
"""


def page(rounds: list[dict[str, int]], sizes: list[dict[str, Any]], times: dict[str, Any]) -> str:
    """The whole page."""
    by_name = {one["name"]: one for one in sizes}
    lines = [_HEAD + "| claim | figure | verdict | measured |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in _claims(rounds, by_name, times)]
    return "\n".join([*lines, _SOURCES, *_round_table(rounds), "", *_size_table(sizes), ""])


def _claims(
    rounds: list[dict[str, int]], sizes: dict[str, Any], times: dict[str, Any]
) -> list[tuple[str, str, str, str]]:
    return [*_quantization(sizes), *_budgets(rounds), *_latencies(times), *_STRATEGIES]


def _quantization(sizes: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    q4, f16 = sizes["Q4_K_M"], sizes["F16"]
    smaller = q4["smaller_than_f16_percent"]
    return [
        (
            "Q4_K_M, size",
            "14 GB to 4 GB, 75 % less",
            "does not hold",
            f"{f16['bytes'] / _GB:.2f} to {q4['bytes'] / _GB:.2f} GB, {smaller} % less",
        ),
        (
            "Q4_K_M, quality",
            "98 to 99 %",
            "only so",
            "perplexity +2.8 % (Llama 3 8B), likeliest token the same 91.9 %; maths may lose more",
        ),
        (
            "Q4_K_M, speed",
            "2 to 3 times",
            "only so",
            "2.47 times in writing, 0.89 times in reading the prompt (Llama-3.1-8B)",
        ),
        ("Q4_K_M fits the canister", "yes", "only so", _fit(q4)),
        ("Q8_0", "50 % less, 99.5 %", "only so", _less(sizes["Q8_0"], "perplexity +0.04 %")),
        ("Q5_K_M", "69 % less, 98.5 %", "size does not", _less(sizes["Q5_K_M"], "+0.9 %")),
        ("Q4_K_S", "75 % less, 97 %", "size does not", _less(sizes["Q4_K_S"], "+4.3 %")),
    ]


def _fit(size: dict[str, Any]) -> str:
    fits = [place.replace("_", " ") for place, does in size["fits"].items() if does]
    fails = [place.replace("_", " ") for place, does in size["fits"].items() if not does]
    return f"fits {', '.join(fits)}; not {', '.join(fails)}"


def _less(size: dict[str, Any], loss: str) -> str:
    return f"{size['smaller_than_f16_percent']} % less; {loss}"


def _budgets(rounds: list[dict[str, int]]) -> list[tuple[str, str, str, str]]:
    most = max(step["instructions"] for step in rounds)
    return [
        (
            "instructions per message",
            "20 M",
            "only so",
            f"a round takes {most / _M:.0f} M in all its messages; the platform's limit is 40 B",
        ),
        (
            "512 tokens for 15 to 18 M",
            "on chain",
            "does not hold",
            "no model of billions writes a token for that: 1.7 B take 6.4 B instructions a token",
        ),
        ("margin", "2 to 5 M", "only so", "5 M of a budget, see above"),
        ("prompt over 8,000 characters cut", "about 2,000 tokens", "holds", "`limits.py`, tested"),
        ("new tokens a round", "512", "holds", "fewer where a provider is slower"),
        ("a round in all", "about 2,500", "holds", "2,000 and 512"),
    ]


def _latencies(times: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    rate = times["tokens"] / times["elapsed_s"]
    where = f"by {times['model']} on one shared core at load {times['load']}"
    needed = "5 s need 100 a second, 30 s need 17"
    return [
        (
            "512 tokens by outcall",
            "2 to 5 s",
            "only so",
            f"{times['elapsed_s']} s {where}, {rate:.0f} tokens a second; {needed}",
        ),
        (
            "256 tokens on chain",
            "under 1 s",
            "does not hold",
            "Qwen3-0.6B writes 25 tokens a message: eleven messages, none faster than a round",
        ),
    ]


_STRATEGIES = [
    ("truncation to essential messages", "-", "holds", "tests/unit/infer/test_prompt.py"),
    ("max_tokens at most 512", "-", "holds", "in a round; an answer may have more"),
    ("chunking of long answers over rounds", "-", "holds", "below, and with the real model"),
    ("reuse for repeated queries", "-", "holds", "a hit makes no outcall"),
]


def _round_table(rounds: list[dict[str, int]]) -> list[str]:
    head = [
        "## A long answer, round by round\n",
        "A prompt of 1,000 characters, five rounds of 256 tokens and 1,024 characters. Each row is",
        "all that three canisters do until the next round waits for its reply.\n",
        "| until | instructions, M | of them transforms, M | cycles, M | outcalls |",
        "|---|---|---|---|---|",
    ]
    last = len(rounds) - 1
    return head + [
        f"| {_step(number, last)} | {(step['instructions'] + step['query_instructions']) / _M:.1f} "
        f"| {step['query_instructions'] / _M:.1f} | {step['burned_cycles'] / _M:.0f} "
        f"| {step['outcalls']} |"
        for number, step in enumerate(rounds)
    ]


def _step(number: int, last: int) -> str:
    if number == last:
        return "the answer is settled and stored"
    return f"round {number + 1} waits" + (" (lookup, opening)" if number == 0 else "")


def _size_table(sizes: list[dict[str, Any]]) -> list[str]:
    head = [
        "## DeepSeek-R1-Distill-Qwen-7B by format\n",
        "7,615,616,512 parameters. The real Q4_K_M file has 4,683,073,248 bytes.\n",
        "| format | bits per weight | bytes | smaller than F16 |",
        "|---|---|---|---|",
    ]
    return head + [
        f"| {one['name']} | {one['bits_per_weight']} | {one['bytes']:,} "
        f"| {one['smaller_than_f16_percent']} % |"
        for one in sizes
    ]
