"""`kybra-replica`: a server that stands where a PocketIC binary is asked for (`POCKET_IC_BIN`).

Clients start it once for each of theirs and expect one server: the one that makes the port file
serves, every other exits at once. It ends by itself when nothing is asked for a while.
"""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from kybra_replica.pocket_ic.port_file import PortFile

if TYPE_CHECKING:
    from collections.abc import Sequence

TTL_S = 60
LOOPBACK = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until nobody asks any more; 0, also where another server is there already."""
    options = _parser().parse_args(arguments)
    port_file = PortFile(options.port_file)
    if not port_file.claim():
        return 0
    try:
        # Loaded late: a process that finds another server there must be gone in a moment.
        from kybra_replica.pocket_ic.serving import serve  # noqa: PLC0415 (see above)

        serve(options.ip_addr, options.port, options.ttl, port_file)
    except OSError as error:
        sys.stderr.write(f"kybra-replica: {options.ip_addr}:{options.port}: {error.strerror}\n")
        return 1
    finally:
        port_file.remove()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kybra-replica",
        description="The REST interface of a PocketIC server, over replicas that run Kybra "
        "canisters under CPython.",
    )
    parser.add_argument("--port-file", help="write the port here; exit at once where it exists")
    parser.add_argument("-p", "--port", type=int, default=0, help="default: a free one")
    parser.add_argument("-i", "--ip-addr", default=LOOPBACK, help=f"default: {LOOPBACK}")
    parser.add_argument(
        "--ttl", type=int, default=TTL_S, help=f"exit after so many idle seconds (default {TTL_S})"
    )
    parser.add_argument("-l", "--log-levels", help="taken for compatibility; nothing is logged")
    parser.add_argument(
        "--version", action="version", version=f"kybra-replica {version('refrain')}"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
