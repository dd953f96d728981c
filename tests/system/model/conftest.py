"""The real quantized model behind its own server, and a network that asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refrain.failures import MissingPart
from refrain.local_model.child import model_endpoint
from refrain.local_model.weights import find_weights
from refrain.state.folder import StateFolder
from refrain.state.model_choice import SMOLLM2, ModelChoice
from tests.system.faults.lying_server import LyingServer
from tests.system.faults.served_network import ServedNetwork
from tests.system.model.passing_on import passing_on
from tests.system.model.text_generation_server import LONGEST_REPLY_S

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def model_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the model as `refrain up` does; its base URL."""
    try:
        find_weights()
    except MissingPart as missing:
        pytest.skip(str(missing))
    folder = StateFolder(tmp_path_factory.mktemp("model"))
    with model_endpoint(ModelChoice(SMOLLM2), folder, lambda _text: None) as url:
        yield url


@pytest.fixture(scope="module")
def model_server(model_url: str) -> Iterator[LyingServer]:
    """A server that asks the model and lies about nothing: it counts the requests."""
    with LyingServer(passing_on(model_url)) as server:
        yield server


@pytest.fixture(scope="module")
def answering_network(
    model_server: LyingServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedNetwork]:
    """One network for all tests of the model; each asks prompts of its own."""
    network = ServedNetwork(
        tmp_path_factory.mktemp("answers") / "ids.json",
        model_server.url,
        model=SMOLLM2,
        request_timeout_s=LONGEST_REPLY_S,
    )
    yield network
    network.close()


@pytest.fixture
def answering(answering_network: ServedNetwork, model_server: LyingServer) -> ServedNetwork:
    """The network; its model was asked nothing yet."""
    model_server.forget()
    return answering_network
