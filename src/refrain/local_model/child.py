"""The local model's process, as the daemon starts, awaits and ends it."""

from __future__ import annotations

import http.client
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from refrain.failures import RefrainError
from refrain.local_model.weights import find_weights, verify
from refrain.state.model_choice import SCRIPTED
from refrain_core.model_names import parse_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from refrain.state.folder import StateFolder
    from refrain.state.model_choice import ModelChoice

START_S = 120.0
_STOP_S = 5.0
_PAUSE_S = 0.1
_OK = 200


@contextmanager
def model_endpoint(
    choice: ModelChoice, folder: StateFolder, say: Callable[[str], None]
) -> Iterator[str]:
    """Serve the chosen model for as long as the block lasts; its base URL.

    Raises:
        MissingPart: the local model is not installed.
        RefrainError: its file is damaged, or its server did not start.
    """
    if choice.endpoint is not None:
        yield choice.endpoint
        return
    command = _command(choice, folder, say)
    with folder.model_log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            # A Ctrl-C at the terminal is the daemon's to handle; it ends the model in order.
            start_new_session=True,
        )
    with process:
        try:
            say("starting the model server")
            url = _await_url(process, folder.model_log)
            say(f"the model server answers at {url}")
            yield url
        finally:
            _end(process)


def remote_name(model: str) -> str:
    """The name by which a server knows a model: the whole name's first part."""
    parsed = parse_model(model)
    return model if parsed is None else parsed.name


def _command(choice: ModelChoice, folder: StateFolder, say: Callable[[str], None]) -> list[str]:
    command = [sys.executable, "-m", "refrain.local_model", "--name", remote_name(choice.model)]
    if choice.model == SCRIPTED:
        return command
    weights = find_weights()
    say("checking the model's file")
    verify(weights, folder.weights)
    return [*command, "--weights", str(weights)]


def _await_url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_S
    url = _first_line(process, deadline)
    while url and time.monotonic() < deadline and process.poll() is None:
        if _is_healthy(url):
            return url
        time.sleep(_PAUSE_S)
    raise RefrainError(f"The model server did not start. See {log}.")


def _first_line(process: subprocess.Popen[bytes], deadline: float) -> str:
    if process.stdout is None:
        return ""
    # llama.cpp may print a line of its own before ours.
    while select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
        line = process.stdout.readline().decode(errors="replace").strip()
        if not line or line.startswith("http://127.0.0.1:"):
            return line
    return ""


def _is_healthy(url: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == _OK
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
