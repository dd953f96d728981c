"""The `refrain` command: its subcommands, and the exit codes that they end with.

0 it is done; 1 the request was refused or failed; 2 the command line is wrong; 3 no network runs;
4 something has to be installed first; 5 some requests of many were not answered.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import IO, Any

import click

from kybra_replica.gateway.faults import ControlError, NotRunning
from kybra_replica.kernel.rejects import Rejected
from refrain.cli.ask import ask_command
from refrain.cli.batch import batch_command
from refrain.cli.cache import cache_group
from refrain.cli.cancel import cancel_command
from refrain.cli.down import down_command
from refrain.cli.key import key_command
from refrain.cli.providers import providers_group
from refrain.cli.quant import quant_command
from refrain.cli.simulate import simulate_command
from refrain.cli.status import status_command
from refrain.cli.tally import tally_command
from refrain.cli.up import up_command
from refrain.cli.upgrade import upgrade_command
from refrain.failures import NotUp, RefrainError


class _Failure(click.ClickException):
    """A failure with its exit code, shown on standard error."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        # An ordinary name would be refused: click declares it for the class.
        self.__dict__["exit_code"] = exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        label = click.style("refrain:", fg="red")
        click.echo(f"{label} {self.message}", file=file, err=file is None)


class _Commands(click.Group):
    """A group whose commands may raise Refrain's own errors."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RefrainError as error:
            raise _Failure(str(error), error.exit_code) from None
        except NotRunning:
            text = "The network does not answer. Start it with: refrain up"
            raise _Failure(text, NotUp.exit_code) from None
        except Rejected as reject:
            text = f"A canister rejected the message ({reject.message}). See: refrain status"
            raise _Failure(text, RefrainError.exit_code) from None
        except ControlError as fault:
            raise _Failure(f"The network failed: {fault}", RefrainError.exit_code) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("refrain"), prog_name="refrain")
def cli() -> None:
    """Ask a language model through three canisters that remember every answer."""


for command in (
    *(
        up_command,
        ask_command,
        batch_command,
        cancel_command,
        key_command,
        status_command,
        upgrade_command,
        down_command,
    ),
    *(cache_group, providers_group, tally_command, quant_command, simulate_command),
):
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    cli(prog_name="refrain")
