"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from refrain.state.folder import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _as_folder(_context: click.Context, _option: click.Parameter, path: Path) -> StateFolder:
    return StateFolder(path)


def state_option(command: _Command) -> _Command:
    """Give a command `--state`, passed to it as the `StateFolder` named `folder`."""
    return click.option(
        "--state",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(".refrain"),
        envvar="REFRAIN_STATE",
        show_default=True,
        show_envvar=True,
        callback=_as_folder,
        help="The folder that holds the network.",
    )(command)


def json_option(command: _Command) -> _Command:
    """Give a command `--json`, passed to it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)
