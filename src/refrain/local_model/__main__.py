"""Serve a local model until the parent ends: `python -m refrain.local_model --model NAME`.

The first line on standard output is the server's base URL.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from pathlib import Path

from refrain.local_model.quantized import start_quantized
from refrain.local_model.scripted import scripted_server

_WATCH_S = 0.5


def main() -> None:
    """Start the server, announce it, and stay for as long as the parent does."""
    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="python -m refrain.local_model")
    parser.add_argument("--weights", type=Path, help="a GGUF file; without it: scripted answers")
    parser.add_argument("--name", default="scripted", help="the name that the server bears")
    parser.add_argument("--slots", type=int, default=1, help="prompts answered at a time")
    options = parser.parse_args()
    url = start_scripted() if options.weights is None else start_quantized(**vars(options))
    sys.stdout.write(url + "\n")
    sys.stdout.flush()
    stay_with(parent)


def start_scripted() -> str:
    """Start the scripted server in a thread; return its base URL."""
    server = scripted_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def stay_with(parent: int) -> None:
    """Return once `parent` is no longer this process's parent: it ended, however it did."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)


if __name__ == "__main__":
    main()
    os._exit(0)  # the model's own threads would keep the process
