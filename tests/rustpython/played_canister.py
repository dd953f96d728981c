"""A canister's messages on record, and who sends them."""

from typing import Any

from tests.rustpython.fast_replies import as_told
from tests.rustpython.platform_over_dicts import PlayedCanister, principal
from tests.rustpython.recording import Recording

OWNER = principal("owner")
WRITER = principal("writer")
PAYER = principal("payer")
STRANGER = principal("stranger")
ANONYMOUS = "2vxsx-fae"
DIGEST = "0123456789abcdef" * 4


class Played:
    """A canister under recording."""

    def __init__(self, book: Recording, name: str) -> None:
        """Load and install it."""
        self._book = book
        self._canister: Any = book.call(PlayedCanister, name)
        book.call(PlayedCanister.install, self._canister, OWNER)

    def send(self, method: str, *args: Any, by: str = OWNER, cycles: int = 0) -> Any:
        """Send a message; return what it replies or waits for."""
        message = (self._canister, by, method, list(args), cycles)
        return self._book.call(PlayedCanister.message, *message)

    def answer(self, waiting: Any, ok: Any, err: "str | None" = None, refunded: int = 0) -> Any:
        """Answer what a message waits for."""
        told = as_told(waiting["waits"][2], ok)
        facts = (self._canister, waiting["number"], told, err, refunded)
        return self._book.call(PlayedCanister.answer, *facts)

    def tick(self, seconds: int) -> None:
        """Let time pass."""
        self._book.call(PlayedCanister.tick, self._canister, seconds)

    def upgrade(self) -> None:
        """Upgrade, run the timers, and compare the memory."""
        self._book.call(PlayedCanister.upgrade, self._canister)
        for _ in range(3):
            self.tick(1)
        self.memory()

    def memory(self) -> None:
        """Compare the whole stable memory."""
        self._book.call(PlayedCanister.memory, self._canister)
