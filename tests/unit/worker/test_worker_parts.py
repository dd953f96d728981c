"""Small parts of a canister's process: entropy, delays, the wire, the driver of generators."""

from __future__ import annotations

from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING, Any, cast

import pytest
from kybra import CallResult

from kybra_replica.candid.model import Field, Opt, Primitive, Record, Vec
from kybra_replica.program.interface import Interface, Method, Program
from kybra_replica.worker import wire
from kybra_replica.worker.determinism import SeededEntropy
from kybra_replica.worker.driver import Driver
from kybra_replica.worker.message_context import HELD_CYCLES_PER_CALL, MessageContext
from kybra_replica.worker.outgoing import OutgoingCalls
from kybra_replica.worker.rehearsal import prime, rehearse
from kybra_replica.worker.runtime import Runtime, Task
from kybra_replica.worker.system_api import SystemApi
from kybra_replica.worker.timer_api import check_delay

if TYPE_CHECKING:
    from collections.abc import Generator


class Sent:
    """Stands for the calls that go out: notes what was yielded; answers where told to."""

    def __init__(self, at_once: dict[str, CallResult[Any]] | None = None) -> None:
        """Answer the infos of `at_once` without suspending."""
        self.infos: list[str] = []
        self._at_once = at_once or {}

    def call(self, info: str, task: Task) -> CallResult[Any] | None:
        """Take what a generator yielded."""
        del task
        self.infos.append(info)
        return self._at_once.get(info)


@pytest.fixture
def runtime() -> Runtime:
    """A process in the middle of an update."""
    runtime = Runtime(b"\x01", Program("p", "main", {}, Interface()), {}, Pipe()[0], b"seed")
    runtime.message = MessageContext("update", "m", b"", b"\x04", 1, 10**12)
    return runtime


def driver_of(runtime: Runtime, sent: Sent) -> Driver:
    """A driver that sends to `sent`."""
    return Driver(runtime, cast("OutgoingCalls", sent))


def test_a_plain_value_is_complete_at_once(runtime: Runtime) -> None:
    """What has no send is a result."""
    assert driver_of(runtime, Sent()).start(5, "m") == (True, 5)


def test_generators_nest_to_any_depth(runtime: Runtime) -> None:
    """A yielded generator is driven inside, its result sent back, its awaits suspend the whole."""

    def inner(name: str) -> Generator[Any, Any, str]:
        return str((yield name))

    def middle() -> Generator[Any, Any, str]:
        first = yield inner("a")
        second = yield from inner("b")
        return f"{first}{second}"

    def outer() -> Generator[Any, Any, str]:
        whole = yield middle()
        return f"<{whole}>"

    sent = Sent()
    driver = driver_of(runtime, sent)
    task = Task([outer()], "m", 0)
    assert driver.resume(task, cast("CallResult[Any]", None)) == (False, None)
    assert driver.resume(task, cast("CallResult[Any]", "1")) == (False, None)
    assert driver.resume(task, cast("CallResult[Any]", "2")) == (True, "<12>")
    assert sent.infos == ["a", "b"]


def test_a_call_that_cannot_be_sent_goes_on_in_the_same_message(runtime: Runtime) -> None:
    """The generator gets its Err at once, without a callback."""

    def method() -> Generator[Any, Any, str | None]:
        result = yield "out"
        return cast("str | None", result.Err)

    sent = Sent({"out": CallResult(None, "Couldn't send message")})
    done = driver_of(runtime, sent).start(method(), "m")
    assert done == (True, "Couldn't send message")


def test_what_calls_hold_is_not_free(runtime: Runtime) -> None:
    """Accepted cycles come in, sent ones go out, each call of the message holds its share."""
    message = runtime.now
    message.accepted_cycles, message.sent_cycles = 500, 200
    message.calls = [(1,), (2,)]
    assert message.free_cycles == 10**12 + 300 - 2 * HELD_CYCLES_PER_CALL


def test_entropy_starts_anew_with_each_install() -> None:
    """The same bytes after every install and upgrade, others as it goes on."""
    first, second = SeededEntropy(), SeededEntropy()
    assert first.urandom(16) == second.urandom(16)
    assert first.urandom(16) != SeededEntropy().urandom(16)


@pytest.mark.parametrize(
    ("delay", "error"), [(1.0, TypeError), ("1", TypeError), (-1, OverflowError)]
)
def test_a_delay_that_is_no_nat64_is_refused(delay: object, error: type[Exception]) -> None:
    """Seconds are whole and not negative; 2**64 are too many."""
    with pytest.raises(error):
        check_delay(delay)
    with pytest.raises(OverflowError, match="too large to convert to Rust u64"):
        check_delay(2**64)


def test_the_wire_carries_plain_values_only() -> None:
    """What a canister sends can't make the kernel build objects."""
    ours, theirs = Pipe()
    wire.send(ours, "get", 3, b"key", None, [("a", 1.5)])
    assert wire.receive(theirs) == ("get", 3, b"key", None, [("a", 1.5)])
    with pytest.raises(ValueError, match="unmarshallable"):
        wire.send(ours, object())
    ours.close()
    with pytest.raises(EOFError):
        wire.receive(theirs)


def test_an_unknown_member_is_an_attribute_error(runtime: Runtime) -> None:
    """Generated notify members exist for every Service; nothing else is made up."""
    api = SystemApi(runtime, OutgoingCalls(runtime))
    assert callable(api.notify_Peer_echo_wrapper)
    with pytest.raises(AttributeError, match="is_controller"):
        _ = api.is_controller


def test_a_rehearsal_leaves_nothing_behind(runtime: Runtime) -> None:
    """It needs no message and changes none."""
    before = runtime.now.outcome()
    rehearse()
    assert runtime.now.outcome() == before


def test_a_primed_codec_has_its_plans_for_queries() -> None:
    """What it works out within a query would be lost with the query's process."""
    point = Record((Field("x", Primitive("nat64")), Field("y", Opt(Primitive("text")))))
    methods = {
        "read": Method("read", "query", ("at",), (point,), Vec(point)),
        "write": Method("write", "update", ("at",), (Vec(Primitive("text")),), None),
    }
    interface = Interface(methods=methods)
    prime(interface)
    planned = {key[:2] for key in interface.types.memo if key[0] in {"decode", "encode"}}
    assert planned == {("decode", (point,)), ("encode", (Vec(point),))}
