"""`refrain up`: start the network of a state folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from refrain.cli.options import json_option, state_option
from refrain.cli.screen import say, show, show_json
from refrain.client.connection import connect
from refrain.daemon.launch import launch
from refrain.failures import RefrainError
from refrain.state.folder import read_json
from refrain.state.lock import holder
from refrain.state.model_choice import choose, recall

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder
    from refrain.state.model_choice import ModelChoice


@click.command("up")
@state_option
@click.option(
    "--model",
    metavar="MODEL",
    help="smollm2 (a real quantized model), scripted (not a model), "
    "or NAME@REVISION:QUANTIZATION of the one behind --endpoint. "
    "Without it: the one of the last start, at first smollm2.",
)
@click.option("--endpoint", metavar="URL", help="An OpenAI-compatible server to ask instead.")
@click.option("--detach/--foreground", default=True, help="Leave a daemon running (default).")
@json_option
def up_command(
    folder: StateFolder,
    model: str | None,
    endpoint: str | None,
    detach: bool,  # noqa: FBT001 - click passes flags so
    as_json: bool,  # noqa: FBT001
) -> None:
    """Start the canisters and the model, or recover them as they were.

    The key for an --endpoint that wants one is read from the variable REFRAIN_API_KEY.
    """
    try:
        wanted = choose(model, endpoint)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    folder.prepare()
    if holder(folder.lock) is None:
        _start(folder, wanted or recall(folder), detach=detach)
    else:
        _check_running(folder, wanted)
    if detach:
        _present(folder, as_json=as_json)


def _start(folder: StateFolder, choice: ModelChoice, *, detach: bool) -> None:
    if detach:
        launch(folder, choice, say)
        return
    # Here and not above: the other commands need neither the replica nor its server.
    from refrain.daemon.running import run  # noqa: PLC0415

    run(folder, choice, say)


def _check_running(folder: StateFolder, wanted: ModelChoice | None) -> None:
    connection = connect(folder)
    if wanted is not None and wanted != recall(folder):
        raise RefrainError(
            f"The network runs with {connection.model}. To change the model: refrain down, "
            f"then refrain up again."
        )
    say("The network is running already.")


def _present(folder: StateFolder, *, as_json: bool) -> None:
    facts: dict[str, Any] = read_json(folder.status) or {}
    if as_json:
        show_json(facts)
        return
    note = f" ({facts['model_note']})" if facts["model_note"] else ""
    show(f"Refrain is up in {folder.path}")
    show(f"  model    {facts['model']}{note}")
    for name, canister in facts["canisters"].items():
        show(f"  {name:8} {canister}")
    show('Ask something: refrain ask "What is a canister?"')
