"""What providers and writers may use, kept in stable memory, and what they used, in the heap.

An upgrade begins every window anew. Who has no limit is not counted here.
"""

from kybra import ic

from infer_core.spend_limits import (
    NO_LIMITS,
    UNUSED,
    Limits,
    Used,
    counted,
    in_window,
    overuse_s,
    pack_limits,
    unpack_limits,
)
from infer_events import note_refused
from infer_maps import read_setting, write_setting

PROVIDER = "provider"
WRITER = "writer"
_LIMITS = "_limits"

limits_of: dict[str, Limits] = {}
_used_by: dict[str, Used] = {}


def load_limits() -> None:
    """Rebuild the heap copy."""
    limits_of.update(unpack_limits(read_setting(_LIMITS)))


def state_limits(subject: str, limits: Limits) -> None:
    """Keep a subject's limits, or lift them and forget what it used."""
    if limits == NO_LIMITS:
        limits_of.pop(subject, None)
        _used_by.pop(subject, None)
    else:
        limits_of[subject] = limits
    write_setting(_LIMITS, pack_limits(limits_of))


def wait_s(kind: str, name: str, now_ns: int) -> int:
    """Return for how many seconds a provider or writer has used all it may; 0 is not so."""
    subject = f"{kind}/{name}"
    if subject not in limits_of:
        return 0
    seconds = overuse_s(limits_of[subject], _used_by.get(subject, UNUSED), now_ns)
    if seconds:
        provider = name if kind == PROVIDER else ""
        note_refused(provider, f"{kind}_limit", seconds, now_ns)
    return seconds


def count_use(provider: str, writer: str, cycles: int, now_ns: int) -> None:
    """Count a call that goes out, and its price."""
    for subject in (f"{PROVIDER}/{provider}", f"{WRITER}/{writer}"):
        if subject in limits_of:
            _used_by[subject] = counted(_used_by.get(subject, UNUSED), now_ns, cycles)


def used_of(subject: str) -> Used:
    """Return what a subject used in the windows of now."""
    return in_window(_used_by.get(subject, UNUSED), ic.time())
