"""`python -m kybra_replica COMMAND …`: the replica's commands, each loaded when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

COMMANDS = {
    "artefact": "kybra_replica.artefact.command:main",
    "candid-spec": "kybra_replica.candid.spec.conformance:main",
    "serve": "kybra_replica.ic_http.serve:main",
}
"""Each command's function takes the arguments behind its name and answers the exit code."""


def main() -> int:
    """Run the command that is named first."""
    name, arguments = (sys.argv[1], sys.argv[2:]) if sys.argv[1:] else ("", [])
    if name not in COMMANDS:
        sys.stderr.write(f"usage: python -m kybra_replica {{{','.join(sorted(COMMANDS))}}} …\n")
        return 2
    module, _, function = COMMANDS[name].partition(":")
    code: int = getattr(import_module(module), function)(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
