"""`python -m kybra_replica serve`: a replica behind the Internet Computer's HTTP interface."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from threading import Event

from kybra_replica.ic_http.server import LOOPBACK, IcServer, application
from kybra_replica.ic_http.subnet_keys import fresh_keys, kept_keys
from kybra_replica.live import LiveReplica
from kybra_replica.management.options import ManagementOptions


def main(arguments: list[str]) -> int:
    """Serve until SIGINT or SIGTERM; the exit code."""
    options = _parser().parse_args(arguments)
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    state: Path | None = options.state
    make = fresh_keys if state is None else lambda **how: kept_keys(state, **how)
    keys = make(delegated=options.delegate)
    with (
        LiveReplica(state, management=ManagementOptions(users_create=True)) as replica,
        IcServer(application(replica, keys), host=options.host, port=options.port) as server,
    ):
        sys.stdout.write(f"url: {server.url}\nroot key: {keys.root.der.hex()}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m kybra_replica serve", description=__doc__)
    parser.add_argument("--state", type=Path, help="folder that keeps everything; default: nothing")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument(
        "--host", default=LOOPBACK, help="address to listen at; anything but loopback is exposed"
    )
    parser.add_argument(
        "--delegate", action="store_true", help="sign with a subnet key that the root key delegates"
    )
    return parser
