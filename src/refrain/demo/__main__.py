"""`python -m refrain.demo`: tell the story in a temporary state folder; exit 1 if a claim fails."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from refrain.cli.screen import say, show
from refrain.daemon.launch import end, launch
from refrain.demo.story import ClaimFailed, Story
from refrain.failures import RefrainError
from refrain.state.folder import StateFolder
from refrain.state.lock import holder
from refrain.state.model_choice import local_model


@click.command()
@click.option("--model", type=click.Choice(["smollm2", "scripted"]), default="smollm2")
def main(model: str) -> None:
    """Show a miss, a hit, eight asks in one outcall, a killed network and an upgrade."""
    with tempfile.TemporaryDirectory(prefix="refrain-demo-") as path:
        folder = StateFolder(Path(path) / "state")
        try:
            _tell(folder, model)
        except ClaimFailed as error:
            raise click.ClickException(f"This did not hold: {error}") from None
        except RefrainError as error:
            raise click.ClickException(str(error)) from None
        finally:
            if holder(folder.lock) is not None:
                end(folder)


def _tell(folder: StateFolder, model: str) -> None:
    folder.prepare()
    launch(folder, local_model(model), say)
    Story(folder, show, say).tell()


if __name__ == "__main__":
    main()
