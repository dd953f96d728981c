"""llama.cpp within a canister: a prompt read and an answer written over many calls.

A call of `run_update` does what fits the platform's instructions, some tokens. With the whole
prompt it is repeated until nothing of the prompt remains; then, with an empty one, until the model
ends its answer. What was done so far lies in a file of the canister, one for each asking.

Interface: https://github.com/onicai/llama_cpp_canister (src/llama_cpp.did, README.md).
"""

from typing import Any, NamedTuple

from infer_core.answer_text import before_stops
from infer_core.backends.turns import MICROS, Asking
from infer_core.chat_templates import advised_sampling, prompt_text
from infer_core.reply_fields import ModelReply
from infer_core.status_classes import status_refusal
from infer_core.token_estimates import estimated_tokens
from refrain_core.refusals import bad_reply

MOST_RUNS = 16
"""Calls of one asking; at some seconds each, more would outlast whoever waits."""

_LARGEST_NAT16 = 65_535


class Run(NamedTuple):
    """An asking under way: what it asks, how far it is, and what is written so far.

    options: the arguments that every call repeats. tokens: 0 where the canister does not count.
    """

    prompt: str
    options: tuple[str, ...]
    max_tokens: int
    stops: tuple[str, ...]
    is_read: bool = False
    text: str = ""
    prompt_tokens: int = 0
    tokens: int = 0
    calls: int = 0


def started(asking: Asking, file: str) -> Run:
    """Begin an asking whose state lies in `file`."""
    provider, request = asking.provider, asking.request
    advised = advised_sampling(provider.template)
    options = [*file_args(file), "--prompt-cache-all"]
    for name, micros, advice in (
        ("--temp", request["temperature_micros"], advised.temperature_micros),
        ("--top-p", request["top_p_micros"], advised.top_p_micros),
    ):
        stated = advice if micros is None else micros
        if stated is not None:
            options += [name, str(stated / MICROS)]
    if asking.seed is not None:
        options += ["--seed", str(asking.seed)]
    prompt = prompt_text(provider.template, *asking.turns[0])
    return Run(prompt, tuple(options), asking.max_tokens, tuple(request["stop"]))


def file_args(file: str) -> list[str]:
    """Return the arguments of `new_chat` and `remove_prompt_cache`."""
    return ["--prompt-cache", file]


def run_args(run: Run) -> list[str]:
    """Return the arguments of the next `run_update`."""
    if not run.is_read:
        # One token: the call reads the prompt and writes nothing.
        return [*run.options, "-sp", "-p", run.prompt, "-n", "1"]
    return [*run.options, "-sp", "-p", "", "-n", str(run.max_tokens - _written(run))]


def advanced(run: Run, result: dict[str, Any]) -> "Run | ModelReply | dict[str, Any]":
    """Take what a `run_update` came to: go on, or end in an answer or a refusal."""
    output = result.get("Ok")
    if output is None:
        return chat_refusal(result)
    run = run._replace(calls=run.calls + 1)
    if not run.is_read:
        counted = output["n_prompt_tokens"] or 0
        run = run._replace(is_read=not output["prompt_remaining"], prompt_tokens=counted)
        return bad_reply("the model's canister did not read the prompt") if _is_spent(run) else run
    tokens = run.tokens + (output["n_tokens_generated"] or 0)
    run = run._replace(text=run.text + output["output"], tokens=tokens)
    whole = before_stops(run.text, run.stops)
    if output["generated_eog"] or whole != run.text:
        return _reply(run, whole, "stop")
    if _written(run) >= run.max_tokens:
        return _reply(run, whole, "length")
    return _reply(run, whole, "") if _is_spent(run) else run


def chat_refusal(result: dict[str, Any]) -> dict[str, Any]:
    """Make the refusal of an Err: by its status alone, since its text may hold the prompt."""
    output = result.get("Err")
    if output is None:
        return bad_reply("the model's canister replied neither Ok nor Err")
    return status_refusal(min(output["status_code"], _LARGEST_NAT16))


def _written(run: Run) -> int:
    return run.tokens or estimated_tokens(run.text)


def _is_spent(run: Run) -> bool:
    return run.calls >= MOST_RUNS


def _reply(run: Run, text: str, reason: str) -> ModelReply:
    return ModelReply(text, reason, run.prompt_tokens, run.tokens)
