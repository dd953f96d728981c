"""What befell the canister and its providers, for controllers; never a text of anybody's.

In the heap only: an upgrade begins a new log. An answered call is not in it, and pays nothing.
"""

from kybra import ic, nat64, query

from infer_access import is_from_controller
from infer_core.event_log import CIRCUIT, CONFIGURED, FAILED, LATE, REFUSED, EventLog, word_of
from infer_core.provider_health import Health
from refrain_api.infer_status_records import EventPage
from refrain_core.limits import NANOSECONDS

_QUIET_S = 60

event_lines = EventLog()
_quiet_until_ns: dict[str, int] = {}


@query
def events(cursor: nat64) -> EventPage:
    """Page through the log from line `cursor` on (controllers); a stranger sees it empty."""
    if not is_from_controller():
        return {"lines": [], "next": 0}
    lines, following = event_lines.lines_from(cursor)
    return {"lines": lines, "next": following}


def note_configured(what: str, provider: str = "") -> None:
    """Note that a controller changed something: what, and of which provider."""
    event_lines.note(ic.time(), CONFIGURED, provider, what, {})


def note_failed(provider: str, refusal: "dict[str, object]", now_ns: int) -> None:
    """Note a failed call by the kind of its failure."""
    event_lines.note(now_ns, FAILED, provider, word_of(refusal), {})


def note_late(provider: str, cycles: int, now_ns: int) -> None:
    """Note a reply that came after its lease had ended, and what it cost."""
    event_lines.note(now_ns, LATE, provider, "", {"cycles": cycles})


def note_circuit(provider: str, before: Health, after: Health, now_ns: int) -> None:
    """Note a circuit that is in another state than before."""
    if before.state != after.state:
        wait_ms = max(0, after.until_ns - now_ns) // 1_000_000
        event_lines.note(now_ns, CIRCUIT, provider, after.state, {"wait_ms": wait_ms})


def note_refused(provider: str, what: str, wait_s: int, now_ns: int) -> None:
    """Note a limit that is hit; once while it lasts: who tries on fills no log."""
    limit = f"{what} {provider}"
    if now_ns >= _quiet_until_ns.get(limit, 0):
        _quiet_until_ns[limit] = now_ns + max(wait_s, _QUIET_S) * NANOSECONDS
        event_lines.note(now_ns, REFUSED, provider, what, {"wait_s": wait_s})
