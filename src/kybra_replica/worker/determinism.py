"""Time and entropy as a Kybra canister has them: the message's time, a stream seeded by zeros."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class SeededEntropy:
    """What os.urandom, secrets and uuid4 draw from: the same bytes after every install."""

    def __init__(self) -> None:
        """Start the stream at its beginning."""
        self._stream = random.Random(0)  # noqa: S311 (predictable on purpose, as in the wasm)

    def urandom(self, size: int) -> bytes:
        """The next `size` bytes."""
        return self._stream.randbytes(size)


def install(now_ns: Callable[[], int]) -> None:
    """Replace the process's time and entropy, empty its environment; once, in a fresh worker."""
    entropy = SeededEntropy()
    os.urandom = entropy.urandom
    random._urandom = entropy.urandom  # type: ignore[attr-defined]  # noqa: SLF001 (SystemRandom reads it)
    random.seed(0)
    time.time = lambda: now_ns() / 1e9
    os.environ.clear()


def reseed(seed: bytes) -> None:
    """What Kybra's own timer does a round after install: seed `random`, and only that."""
    random.seed(seed)
