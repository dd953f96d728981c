"""Who goes next among tenants that wait: deficit round robin, with priorities that age.

Tenants take turns. A turn that does not suffice for what its tenant has waiting adds a quantum to
the tenant's deficit, and what goes out is taken off again, so that over time tenants get equal
shares of work, not of requests. Priority weighs turns, four to two to one, and orders what one
tenant has waiting: there who waits rises by one level every `AGING_NS`, up to the highest. Age
weighs no turns: it would favour who has much waiting.
"""

from typing import NamedTuple

from refrain_core.limits import NANOSECONDS

HIGH = 0
NORMAL = 1
LOW = 2
PRIORITIES = {"high": HIGH, "normal": NORMAL, "low": LOW}

AGING_NS = 5 * NANOSECONDS
"""How long one waits to rise by one level."""

QUANTUM_TOKENS = 256
"""What a turn at the lowest level adds to a tenant's deficit."""


class Waiting(NamedTuple):
    """One that waits. number: its own, never given twice; tokens: what it takes of a share.

    call_cycles: what its call takes along, alone or as its part of several.
    """

    number: int
    tenant: str
    priority: int
    tokens: int
    entered_ns: int
    deadline_ns: int
    call_cycles: int = 0


class FairQueue:
    """Those who wait for the same thing, each tenant's in the order of arrival at each level."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._rows: dict[str, dict[int, list[Waiting]]] = {}
        self._deficits: dict[str, int] = {}
        self._turns: list[str] = []
        self._count = 0

    def __len__(self) -> int:
        """Count those who wait."""
        return self._count

    def waiting(self) -> list[Waiting]:
        """Return all who wait, in no promised order."""
        return [one for rows in self._rows.values() for row in rows.values() for one in row]

    def enter(self, one: Waiting) -> None:
        """Let one wait; arrivals come in the order of their times."""
        rows = self._rows.get(one.tenant)
        if rows is None:
            rows = self._rows[one.tenant] = {}
            self._deficits[one.tenant] = QUANTUM_TOKENS
            self._turns.append(one.tenant)
        rows.setdefault(one.priority, []).append(one)
        self._count += 1

    def take(self, most: int, now_ns: int) -> list[Waiting]:
        """Take out at most `most`, whose turn it is."""
        taken: list[Waiting] = []
        while self._count > 0 and len(taken) < most:
            taken.append(self._next(now_ns))
        return taken

    def drop(self, number: int) -> "Waiting | None":
        """Take one out that will not go, by its number; None if it does not wait here."""
        for tenant, rows in self._rows.items():
            for row in rows.values():
                for place in range(len(row)):
                    if row[place].number == number:
                        return self._removed(tenant, row, place)
        return None

    def overdue(self, now_ns: int) -> list[Waiting]:
        """Take out all whose deadline is over."""
        late = [one for one in self.waiting() if one.deadline_ns <= now_ns]
        for one in late:
            self.drop(one.number)
        return late

    def _next(self, now_ns: int) -> Waiting:
        while True:
            tenant = self._turns[0]
            row = self._most_urgent(tenant, now_ns)
            if row[0].tokens <= self._deficits[tenant]:
                self._deficits[tenant] -= row[0].tokens
                return self._removed(tenant, row, 0)
            self._deficits[tenant] += QUANTUM_TOKENS << (LOW - row[0].priority)
            self._turns.append(self._turns.pop(0))

    def _most_urgent(self, tenant: str, now_ns: int) -> list[Waiting]:
        """Return the row whose first is the tenant's next, by its level at this age."""
        rows = self._rows[tenant]
        ranked = []
        for priority in rows:
            entered_ns = rows[priority][0].entered_ns
            level = max(HIGH, priority - (now_ns - entered_ns) // AGING_NS)
            ranked.append((level, entered_ns, priority))
        return rows[min(ranked)[2]]

    def _removed(self, tenant: str, row: list[Waiting], place: int) -> Waiting:
        one = row.pop(place)
        self._count -= 1
        rows = self._rows[tenant]
        if not row:
            del rows[one.priority]
        if not rows:
            # Who has nothing waiting keeps no claim on later turns.
            del self._rows[tenant]
            del self._deficits[tenant]
            self._turns.remove(tenant)
        return one
