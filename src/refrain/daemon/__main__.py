"""The daemon of `refrain up`: `python -m refrain.daemon STATE MODEL [ENDPOINT]`."""

from __future__ import annotations

import sys
from pathlib import Path

from kybra_replica.gateway.faults import ControlError
from kybra_replica.kernel.rejects import Rejected
from refrain.daemon.log_lines import FAILURE, PROGRESS
from refrain.daemon.running import run
from refrain.failures import RefrainError
from refrain.state.folder import StateFolder
from refrain.state.model_choice import ModelChoice


def main() -> int:
    """Run the network of the folder named on the command line; the exit code of its failure."""
    folder = StateFolder(Path(sys.argv[1]))
    choice = ModelChoice(*sys.argv[2:])
    try:
        run(folder, choice, lambda text: _write(f"{PROGRESS}{text}"))
    except RefrainError as error:
        _write(f"{FAILURE}{error}")
        return error.exit_code
    except (Rejected, ControlError) as error:
        _write(f"{FAILURE}{error}")
        return RefrainError.exit_code
    return 0


def _write(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
