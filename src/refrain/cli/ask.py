"""`refrain ask`: one prompt, its answer on standard output."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from refrain.cli.cache_options import cache_options
from refrain.cli.network_options import Elsewhere, network_options
from refrain.cli.options import json_option, state_option
from refrain.cli.prompt_options import prompt_options, read_prompt
from refrain.cli.screen import (
    counted,
    duration,
    on_terminal,
    patience,
    refusals_shown,
    say,
    show,
    show_json,
    show_part,
)
from refrain.cli.vote_options import vote_options
from refrain.client.ask_request import AskOptions, ask_request
from refrain.client.ask_streaming import ask_streaming
from refrain.client.asking import Asked, Outcome, ask
from refrain.client.connection import connect
from refrain.client.vote_texts import vote_lines
from refrain_core.cache_status import CacheStatus, status_text

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder


@click.command("ask")
@click.argument("prompt")
@state_option
@prompt_options
@cache_options
@vote_options
@network_options
@click.option(
    "--stream",
    "is_streaming",
    is_flag=True,
    help="Print the answer as it comes, round by round.",
)
@json_option
def ask_command(
    folder: StateFolder,
    elsewhere: Elsewhere,
    as_json: bool,  # noqa: FBT001
    prompt: str,
    model: str | None,
    **options: Any,
) -> None:
    """Ask PROMPT ("-" reads it from standard input) and print the answer."""
    is_streaming = options.pop("is_streaming")
    if as_json and is_streaming:
        raise click.UsageError("--stream prints text as it comes, --json one object: choose one.")
    text = read_prompt(prompt)
    connection, served = _asked(folder, elsewhere, model)
    request = ask_request(AskOptions(text, served, **options))
    if is_streaming:
        with refusals_shown(as_json):
            outcome = ask_streaming(connection, request, show_part)
        show("")
    else:
        with refusals_shown(as_json), _waiting():
            outcome = ask(connection, request)
        if as_json:
            show_json(outcome_json(outcome))
            return
        show(outcome.answered["answer"]["content"])
    _tell(outcome)


def _tell(outcome: Outcome) -> None:
    """Say how an answer was agreed on, and to a person how it was served."""
    if outcome.verdict is not None:
        for line in vote_lines(outcome.verdict):
            say(line)
    if on_terminal():
        say(outcome_line(outcome))


def _asked(folder: StateFolder, elsewhere: Elsewhere, model: str | None) -> tuple[Asked, str]:
    remote = elsewhere.connect()
    if remote is not None:
        return remote, model or remote.only_model()
    connection = connect(folder)
    return connection, model or connection.model


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as one flat object, with its `vote` if there was one."""
    answered = outcome.answered
    served = {key: value for key, value in answered.items() if key != "answer"}
    voted = {} if outcome.verdict is None else {"vote": outcome.verdict}
    return {**answered["answer"], **served, "elapsed_s": round(outcome.elapsed_s, 6), **voted}


def outcome_line(outcome: Outcome) -> str:
    """How an answer was served, in one line."""
    answered, answer = outcome.answered, outcome.answered["answer"]
    parts = [
        served_line(outcome.status),
        duration(outcome.elapsed_s),
        f"{answer['prompt_tokens']} + {answer['completion_tokens']} tokens",
        counted(answered["charged_cycles"], "cycle"),
        counted(answered["outcalls"], "outcall"),
        answer["trust"],
    ]
    if answer["dropped_characters"]:
        parts.append(f"{counted(answer['dropped_characters'], 'character')} of the prompt dropped")
    return " · ".join(parts)


def served_line(status: CacheStatus) -> str:
    """How an answer was served, without the cache's key."""
    return status_text(status._replace(key=None)).removeprefix("fwd=")


def _waiting() -> AbstractContextManager[None]:
    # A script that keeps standard error wants errors there and nothing else.
    return patience("waiting for the model") if on_terminal() else nullcontext()
