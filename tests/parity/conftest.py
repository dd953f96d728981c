"""An instance with the three canisters for each scenario, on the runtime that was asked for.

What a scenario heard is compared with its recording of the real runtime as it ends, or recorded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.parity.dapps import Dapps
from tests.parity.judgement import judged
from tests.parity.pocket import Pocket
from tests.parity.recording_files import Recordings, header_of, recordings_of
from tests.parity.runtimes import BINARY, NoRuntimeError, Runtime, given_runtime, own_runtime
from tests.parity.summary import PROPERTY, summary_lines

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator


CALL_REPORT = pytest.StashKey[pytest.TestReport]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every scenario as slow: each installs three canisters."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let fixtures know how their scenario went: what failed is neither compared nor recorded."""
    report = yield
    if report.when == "call":
        item.stash[CALL_REPORT] = report
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell how many scenarios were compared with the real runtime, and how the cycles compare."""
    reports = [each for kind in terminalreporter.stats.values() for each in kind]
    told = [
        value
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    for line in summary_lines(told):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The runtime, named in the environment as the client wants it."""
    try:
        chosen = given_runtime(os.environ) or own_runtime(tmp_path_factory.mktemp("parity"))
    except NoRuntimeError as error:
        raise pytest.UsageError(str(error)) from None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BINARY, str(chosen.binary))
        patch.setenv("POCKET_IC_MUTE_SERVER", "1")
        yield chosen


@pytest.fixture(scope="session")
def recordings(runtime: Runtime) -> Recordings:
    """The recordings to compare with, or to renew."""
    try:
        return recordings_of(os.environ, runtime)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def header(runtime: Runtime) -> dict[str, Any]:
    """What runs, for recordings."""
    return header_of(runtime)


@pytest.fixture
def pocket(
    request: pytest.FixtureRequest,
    runtime: Runtime,
    recordings: Recordings,
    header: dict[str, Any],
) -> Iterator[Pocket]:
    """A fresh instance."""
    from pocket_ic import PocketIC  # noqa: PLC0415 (it reads the environment)

    assert os.environ[BINARY] == str(runtime.binary)
    pic = PocketIC()
    pocket = Pocket(pic)
    yield pocket
    pic.server.delete_instance(pic.instance_id)
    pic.server.request_client.close()
    # Its __del__ would delete it again, over a connection that nobody closes.
    pic.server.delete_instance = lambda _number: None
    call_report = request.node.stash.get(CALL_REPORT, None)
    if call_report is not None and call_report.passed and pocket.transcript.entries:
        file, name = request.path.stem.removeprefix("test_"), request.node.name
        told = judged(file, name, pocket.transcript.entries, recordings, header)
        request.node.user_properties.append((PROPERTY, told))


@pytest.fixture
def dapps(pocket: Pocket, runtime: Runtime) -> Dapps:
    """The canisters, installed and wired."""
    return Dapps(pocket, runtime)
