"""`_kybra_ic`: every member that the genuine kybra package calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from kybra_replica.worker.candid_api import CandidApi
from kybra_replica.worker.cycles_api import CyclesApi
from kybra_replica.worker.map_api import MapApi
from kybra_replica.worker.message_api import MessageApi
from kybra_replica.worker.timer_api import TimerApi

if TYPE_CHECKING:
    from kybra_replica.worker.outgoing import OutgoingCalls
    from kybra_replica.worker.runtime import Runtime

RAW_STABLE_MEMORY = ("bytes", "size", "grow", "read", "write")
REFUSED: frozenset[str] = frozenset(
    [f"stable_{name}" for name in RAW_STABLE_MEMORY]
    + [f"stable64_{name}" for name in RAW_STABLE_MEMORY[1:]]
)
"""What this replica does not provide: raw stable memory excludes maps."""


class SystemApi(MessageApi, CyclesApi, TimerApi, MapApi, CandidApi):
    """The object that Kybra's runtime puts into builtins as `_kybra_ic`."""

    def __init__(self, runtime: Runtime, outgoing: OutgoingCalls) -> None:
        """Serve the canister of `runtime`."""
        self._runtime = runtime
        self._outgoing = outgoing

    def notify_raw(self, callee: Any, method: str, arg: bytes, cycles: int) -> dict[str, Any]:
        """Send raw bytes without waiting for an answer."""
        return self._outgoing.notify(callee, method, arg, cycles)

    def __getattr__(self, name: str) -> Any:
        """The generated `notify_Service_method_wrapper` members, and clear refusals."""
        if name in REFUSED:
            return lambda *_args: self._refuse(name)
        if name.startswith("notify_") and name.endswith("_wrapper"):
            paid = name.startswith("notify_with_payment128_")
            return lambda args: self._outgoing.notify_typed(args, with_cycles=paid)
        raise AttributeError(name)

    def _refuse(self, name: str) -> NoReturn:
        self._runtime.trap(f"ic.{name} is not provided by the embedded replica")
