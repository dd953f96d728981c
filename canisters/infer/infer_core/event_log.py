"""A bounded log for controllers, of fixed words and figures: no prompt, answer, key or URL fits in.

A line is ``time_ns event provider what figures``, of 200 characters at most. Events and what befell
are words of our own, a provider's name is a controller's, and figures are numbers: no field is
there for anybody's text.
"""

from typing import Any

MOST_LINES = 200
PAGE_LINES = 100

FAILED = "failed"
LATE = "late"
REFUSED = "refused"
CIRCUIT = "circuit"
CONFIGURED = "configured"
EVENTS = frozenset((FAILED, LATE, REFUSED, CIRCUIT, CONFIGURED))


class EventLog:
    """The newest lines; the heap only, so that an upgrade begins a new log."""

    def __init__(self, most_lines: int = MOST_LINES) -> None:
        """Start empty."""
        self._most = most_lines
        self._lines: list[str] = []
        self._first = 0

    def __len__(self) -> int:
        """Count the lines kept."""
        return len(self._lines)

    def note(
        self, now_ns: int, event: str, provider: str, what: str, figures: dict[str, int]
    ) -> None:
        """Add a line, and forget the oldest beyond the bound.

        Raises:
            ValueError: `event` is none of the log's words.
        """
        if event not in EVENTS:
            raise ValueError("an event of the log is one of its own words")
        parts = [f"{name}={figure:d}" for name, figure in figures.items()]
        self._lines.append(" ".join([str(now_ns), event, provider or "-", what or "-", *parts]))
        if len(self._lines) > self._most:
            # Half at a time: taking one off the front moves all others.
            dropped = self._most // 2
            self._lines = self._lines[dropped:]
            self._first += dropped

    def lines_from(self, number: int) -> tuple[list[str], int]:
        """Return a page from line `number` of all that were noted, and the number after it.

        A number after it below `number` says that a new log has begun.
        """
        begin = min(max(0, number - self._first), len(self._lines))
        page = self._lines[begin : begin + PAGE_LINES]
        return page, self._first + begin + len(page)


def word_of(refusal: dict[str, Any]) -> str:
    """Name a refusal by its kind, and a provider's error by its status too; never by its text."""
    ((kind, detail),) = refusal.items()
    return f"{kind}/{detail['status']}" if kind == "ProviderError" else str(kind)
