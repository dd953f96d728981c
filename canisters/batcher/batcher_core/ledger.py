"""The accounts of askers who pay, and the cycles held for their calls that are out.

An account is ``charged|spent|margin|credit|held`` under its asker; a hold is
``asker|due_cycles|until_ns`` under its flight's token as 16 hexadecimal digits.
"""

from batcher_core.money import Account, fee_taken, released, secured, withdrawn
from batcher_core.text_store import TextStore
from batcher_core.tickets import oldest_expired


class Ledger:
    """All accounts and holds. A hold whose reply never comes is swept into its asker's credit."""

    def __init__(self, accounts: TextStore, holds: TextStore) -> None:
        """Start empty; `load` reads what the stores hold."""
        self._accounts = accounts
        self._holds = holds
        self._until: dict[str, int] = {}

    def load(self) -> None:
        """Rebuild the heap's index of holds; bounded by the calls that can be out."""
        self._until = {key: int(text.split("|")[2]) for key, text in self._holds.items()}

    def account(self, asker: str) -> Account:
        """Return the asker's account, an empty one if there is none."""
        text = self._accounts.get(asker)
        return Account() if text is None else Account(*[int(part) for part in text.split("|")])

    def take_fee(self, asker: str, accepted: int, fee_cycles: int) -> None:
        """Book a fee of which `accepted` cycles came with the call."""
        self._keep(asker, fee_taken(self.account(asker), accepted, fee_cycles))

    def hold(self, token: int, asker: str, accepted: int, due_cycles: int, until_ns: int) -> None:
        """Hold `due_cycles` for the flight `token`, `accepted` of which came with the call."""
        self._keep(asker, secured(self.account(asker), accepted, due_cycles))
        key = f"{token:016x}"
        self._holds.insert(key, f"{asker}|{due_cycles}|{until_ns}")
        self._until[key] = until_ns

    def withdraw(self, asker: str, cycles: int) -> None:
        """Take cycles out of an asker's credit, to be sent to it; the caller saw that they are."""
        self._keep(asker, withdrawn(self.account(asker), cycles))

    def give_back(self, asker: str, cycles: int) -> None:
        """Undo a withdrawal that failed."""
        self._keep(asker, withdrawn(self.account(asker), -cycles))

    def draw(self, token: int, spent: int, margin: int) -> None:
        """Book what one of several calls cost that share a hold, and leave the rest held."""
        key = f"{token:016x}"
        record = self._holds.get(key)
        if record is None:
            return
        asker, due_cycles, until_ns = record.split("|")
        self._keep(asker, released(self.account(asker), spent + margin, spent, margin))
        self._holds.insert(key, f"{asker}|{int(due_cycles) - spent - margin}|{until_ns}")

    def release(self, token: int, spent: int, margin: int) -> None:
        """Book what the flight cost of its hold, if it has one; the rest becomes credit."""
        self._release(f"{token:016x}", spent, margin)

    def sweep(self, now_ns: int, most: int) -> int:
        """Give back at most `most` holds whose reply was lost; return how many."""
        lost = oldest_expired(self._until, now_ns, most)
        for key in lost:
            self._release(key, 0, 0)
        return len(lost)

    def _release(self, key: str, spent: int, margin: int) -> None:
        record = self._holds.remove(key)
        if record is None:
            return
        self._until.pop(key, None)
        asker, due_cycles, _ = record.split("|")
        self._keep(asker, released(self.account(asker), int(due_cycles), spent, margin))

    def _keep(self, asker: str, account: Account) -> None:
        self._accounts.insert(asker, "|".join([str(cycles) for cycles in account]))
