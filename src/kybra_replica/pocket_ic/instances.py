"""Every instance of a server, by its number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kybra_replica.kernel.clock import TEST_START_NS
from kybra_replica.pocket_ic import fields
from kybra_replica.pocket_ic.faults import TOO_LARGE, PocketIcError, instance_not_found
from kybra_replica.pocket_ic.instance import Instance, Settings
from kybra_replica.pocket_ic.subnets import Subnets, kinds_asked_for
from kybra_replica.stable.store import StateInUseError, StateTooNewError

MAX_INSTANCES = 256
"""At once; each has processes of its own."""
_UNSUPPORTED = ("icp_features", "bitcoind_addr", "dogecoind_addr", "icp_config")


class Instances:
    """Makes, finds and removes instances; a number is never given twice."""

    def __init__(self) -> None:
        """Start empty."""
        self._all: list[Instance | None] = []

    def make(self, body: fields.Body) -> Instance:
        """An instance as a client's configuration asks; may be called in any thread.

        Raises PocketIcError where it can't be.
        """
        if sum(each is not None for each in self._all) >= MAX_INSTANCES:
            text = f"{MAX_INSTANCES} instances exist already: delete one"
            raise PocketIcError(text, TOO_LARGE)
        try:
            instance = Instance(_settings(body))
        except (StateInUseError, StateTooNewError, OSError) as error:
            raise PocketIcError(f"`state_dir` can't be used: {error}") from None
        _go_live(instance, body)
        return instance

    def add(self, instance: Instance) -> int:
        """Take an instance in; its number."""
        self._all.append(instance)
        return len(self._all) - 1

    def get(self, number: int) -> Instance:
        """The instance of that number; PocketIcError where there is none."""
        found = self._all[number] if number < len(self._all) else None
        if found is None:
            raise instance_not_found(number)
        return found

    def shown(self) -> list[str]:
        """The state of each instance, in the order of their numbers."""
        return ["Deleted" if each is None else "Available" for each in self._all]

    def remove(self, number: int) -> Instance:
        """Take an instance out; it is the caller's to close."""
        instance = self.get(number)
        self._all[number] = None
        return instance

    def close(self) -> None:
        """Close every instance."""
        for number, instance in enumerate(self._all):
            if instance is not None:
                self._all[number] = None
                instance.close()


def _settings(body: fields.Body) -> Settings:
    for name in _UNSUPPORTED:
        if _asks_for_something(body.get(name)):
            raise PocketIcError(f"`{name}` is not emulated: leave it out")
    kinds = kinds_asked_for(fields.within(body, "subnet_config_set"))
    if not kinds:
        raise PocketIcError("SubnetConfigSet must contain at least one subnet")
    state = body.get("state_dir")
    return Settings(
        subnets=Subnets(kinds),
        start_ns=_start_ns(body),
        state=None if state is None else Path(fields.text(body, "state_dir")),
    )


def _asks_for_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(each is not None for each in value.values())
    return value is not None


def _start_ns(body: fields.Body) -> int:
    initial = body.get("initial_time")
    if not isinstance(initial, dict) or "Timestamp" not in initial:
        return TEST_START_NS
    start_ns = fields.number(fields.within(initial, "Timestamp"), "nanos_since_epoch")
    if start_ns < TEST_START_NS:
        raise PocketIcError(f"The initial timestamp must be at least {TEST_START_NS}")
    return start_ns


def _go_live(instance: Instance, body: fields.Body) -> None:
    initial = body.get("initial_time")
    if isinstance(initial, dict) and "AutoProgress" in initial:
        config = fields.within(initial, "AutoProgress")
        instance.do(lambda _: instance.live.start(instance, delay_s(config)))


def delay_s(config: fields.Body) -> float:
    """The pause between two rounds of live mode that a client asks for, in seconds."""
    if config.get("artificial_delay_ms") is None:
        return 0.0
    return fields.number(config, "artificial_delay_ms", 3_600_000) / 1_000
