"""`refrain cache explain`: whether a prompt is a hit, or why it is none."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from refrain.cli.options import json_option, state_option
from refrain.cli.prompt_options import prompt_options, read_prompt
from refrain.cli.screen import refusals_shown, show, show_json
from refrain.client.ask_request import AskOptions, ask_request
from refrain.client.cache_explaining import explain, openai_file_request, whole_model
from refrain.client.connection import connect
from refrain_core.limits import PUBLIC

if TYPE_CHECKING:
    from refrain.client.connection import Connection
    from refrain.state.folder import StateFolder

_SERVED = {
    "hit": "hit",
    "stale": "stale, served and renewed",
    "stale if the model fails": "stale, served if the model fails",
    "failure": "a failure is remembered: see refrain cache get",
}


@click.command("explain")
@click.argument("prompt", required=False)
@click.option(
    "--file",
    type=click.File("rb"),
    help="Instead of PROMPT: one request in the form of OpenAI's chat completions, as JSON.",
)
@state_option
@prompt_options
@json_option
def explain_command(
    folder: StateFolder,
    as_json: bool,  # noqa: FBT001 - click's way
    prompt: str | None,
    file: IO[bytes] | None,
    **options: Any,
) -> None:
    """Say whether PROMPT ("-" reads it from standard input) would be a hit, or why not.

    Nothing is asked, counted or charged. Where nothing is stored, the latest answer to the same
    messages is named, and the fields in which the prompt differs from that one's.
    """
    if (prompt is None) == (file is None):
        raise click.UsageError("Give PROMPT or --file, one of them.")
    connection = connect(folder)
    with refusals_shown(as_json):
        request = (
            _prompted(connection, prompt, options)
            if prompt is not None
            else _filed(connection, file, options)
        )
        explained = explain(connection, request)
    if as_json:
        show_json(explained)
        return
    for line in explain_lines(explained):
        show(line)


def explain_lines(explained: dict[str, Any]) -> list[str]:
    """The explanation for a person."""
    verdict = explained["verdict"]
    lines = [("verdict", _SERVED.get(verdict, f"miss: {verdict}")), ("digest", explained["digest"])]
    if explained["nearest"] is not None:
        lines += [
            ("nearest", explained["nearest"]),
            (
                "differs",
                ", ".join(explained["differs"]) or "in nothing: it is a sample of the same request",
            ),
        ]
    return [f"{name:9}{text}" for name, text in lines]


def _prompted(connection: Connection, prompt: str, options: dict[str, Any]) -> dict[str, Any]:
    named = options.pop("model") or connection.model
    text = read_prompt(prompt)
    return ask_request(AskOptions(text, whole_model(connection, named), **options))


def _filed(
    connection: Connection, file: IO[bytes] | None, options: dict[str, Any]
) -> dict[str, Any]:
    model, is_public = options.pop("model"), options.pop("public")
    if file is None or any(value is not None for value in options.values()):
        raise click.UsageError("With --file only --model and --public go; the file holds the rest.")
    try:
        body = file.read().decode()
    except UnicodeDecodeError:
        raise click.UsageError("The file is not valid UTF-8.") from None
    namespace = PUBLIC if is_public else None
    return openai_file_request(connection, body, model or connection.model, namespace)
