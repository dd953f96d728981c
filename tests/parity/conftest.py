"""An instance with the three canisters for each scenario, on the runtime that was asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.parity.dapps import Dapps
from tests.parity.pocket import Pocket
from tests.parity.runtimes import BINARY, NoRuntimeError, Runtime, given_runtime, own_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every scenario as slow: each installs three canisters."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


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


@pytest.fixture
def pocket(runtime: Runtime) -> Iterator[Pocket]:
    """A fresh instance."""
    from pocket_ic import PocketIC  # noqa: PLC0415 (it reads the environment)

    assert os.environ[BINARY] == str(runtime.binary)
    pic = PocketIC()
    yield Pocket(pic)
    pic.server.delete_instance(pic.instance_id)
    pic.server.request_client.close()
    # Its __del__ would delete it again, over a connection that nobody closes.
    pic.server.delete_instance = lambda _number: None


@pytest.fixture
def dapps(pocket: Pocket, runtime: Runtime) -> Dapps:
    """The canisters, installed and wired."""
    return Dapps(pocket, runtime)
