"""A network from start to stop, in this process."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from kybra_replica.gateway.client import ControlClient
from kybra_replica.gateway.commands import Commands
from kybra_replica.gateway.server import ControlServer
from kybra_replica.ic_http.server import IcServer, application
from kybra_replica.ic_http.subnet_keys import kept_keys
from kybra_replica.live import LiveReplica
from kybra_replica.outcalls.http_port import HttpOutcalls
from kybra_replica.program.load import load_program
from refrain.daemon.deployment import Deployment, ModelEndpoint
from refrain.local_model.child import model_endpoint
from refrain.state import lock
from refrain.state.folder import write_json
from refrain.state.identity import operator_of
from refrain.state.model_choice import recall, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kybra_replica.program.interface import Program
    from refrain.state.folder import StateFolder
    from refrain.state.model_choice import ModelChoice

API_KEY = "REFRAIN_API_KEY"
"""The environment variable that holds the endpoint's key, read at each `up`."""


def run(folder: StateFolder, choice: ModelChoice, say: Callable[[str], None]) -> None:
    """Bring the network up, announce it in status.json, and serve until SIGTERM or SIGINT.

    Raises:
        MissingPart: the local model is not installed.
        RefrainError: another daemon runs, or a part did not start.
    """
    with ExitStack() as parts:
        parts.enter_context(lock.hold(folder.lock))
        folder.status.unlink(missing_ok=True)
        parts.enter_context(_exit_on_signals())
        url = parts.enter_context(model_endpoint(choice, folder, say))
        say("starting the network")
        replica = parts.enter_context(LiveReplica(folder.network, outcalls=HttpOutcalls()))
        commands = Commands(replica, _load)
        server = parts.enter_context(ControlServer(commands, folder.token()))
        keys = kept_keys(folder.network)
        ic = parts.enter_context(IcServer(application(replica, keys)))
        urls = {"url": server.url, "ic_url": ic.url, "root_key": keys.root.der.hex()}
        operator = operator_of(folder)
        deployment = Deployment(ControlClient(server.url, folder.token()), operator, say)
        ids = deployment.settle(folder.canisters)
        deployment.wire(ids, ModelEndpoint(choice.model, url, _api_key(folder, choice)))
        remember(folder, choice)
        say("ready")
        parts.callback(folder.status.unlink, missing_ok=True)
        write_json(folder.status, _announcement(urls, operator, ids, choice))
        threading.Event().wait()


def _announcement(
    urls: dict[str, str], operator: str, canisters: dict[str, str], choice: ModelChoice
) -> dict[str, object]:
    return {
        **urls,
        "pid": os.getpid(),
        "operator": operator,
        "canisters": canisters,
        "model": choice.model,
        "model_note": choice.note,
    }


def _api_key(folder: StateFolder, choice: ModelChoice) -> str | None:
    # "" makes the infer canister forget the key that it has: one endpoint's key must not
    # reach another. None keeps it, so that a restart needs no key.
    if choice.endpoint is None:
        return ""
    kept = None if recall(folder) == choice else ""
    return os.environ.get(API_KEY) or kept


def _load(entry: Path, roots: Sequence[Path], name: str) -> Program:
    return load_program(entry, roots, name=name)


@contextmanager
def _exit_on_signals() -> Iterator[None]:
    previous = {number: signal.signal(number, _leave) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _leave(_number: int, _frame: object) -> None:
    # A second signal must not cut the orderly end short.
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


_SIGNALS = (signal.SIGTERM, signal.SIGINT)
