"""What `refrain providers` does, against the real canisters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from refrain.client import providers
from refrain.client.provider_presets import PRESETS
from refrain.failures import Refused
from tests.system.faults.lies import LIES, honest
from tests.system.faults.served_network import API_KEY
from tests.system.network import MODEL

if TYPE_CHECKING:
    from refrain.client.connection import Connection
    from tests.system.faults.lying_server import LyingServer
    from tests.system.faults.served_network import ServedNetwork


def connected(network: ServedNetwork) -> Connection:
    """Pass a served network off as a connection: it has the same two methods."""
    return cast("Connection", network)


def settings(url: str, **changes: Any) -> dict[str, Any]:
    """Make the settings of a second provider."""
    return providers.settings_of("second", {"url": url, "model": "two@1:Q8_0"} | changes)


def test_a_provider_is_added_tried_and_removed(lied_to: ServedNetwork, server: LyingServer) -> None:
    """Its model is served from then on, until it is removed; the trial is not cached or charged."""
    connection = connected(lied_to)
    before = lied_to.facts()
    assert providers.add(connection, settings(server.url, api_key=API_KEY)) == [MODEL, "two@1:Q8_0"]
    inference = providers.tried(connection, "second")
    assert inference["answer"]["content"] == "An honest answer."
    assert (inference["provider"], inference["outcalls"]) == ("second", 1)
    assert server.asked[0].headers["authorization"] == f"Bearer {API_KEY}"
    assert lied_to.ask(
        "hello",
    )["Answered"]
    rows = {row["name"]: row for row in providers.listed(connection)}
    assert (rows["second"]["calls"], rows["second"]["has_key"]) == (1, "yes")
    assert API_KEY not in str(rows)
    assert providers.remove(connection, "second") == [MODEL]
    assert lied_to.facts().leases_held == before.leases_held == 0
    with pytest.raises(Refused, match="no provider of this name"):
        providers.tried(connection, "second")


@pytest.mark.parametrize("lie", LIES[:8], ids=lambda lie: lie.name)
def test_a_trial_tells_what_is_wrong(lied_to: ServedNetwork, server: LyingServer, lie: Any) -> None:
    """Typed as an ask's failure is, with nothing left behind."""
    server.answer = lie.tell
    with pytest.raises(Refused, match=lie.variant):
        providers.tried(connected(lied_to), "local")
    server.answer = honest
    assert providers.tried(connected(lied_to), "local")["answer"]["content"]
    assert lied_to.facts().leases_held == 0


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_is_taken_by_the_canister(lied_to: ServedNetwork, name: str) -> None:
    """Its settings fit together; nothing is asked of anybody."""
    given = {"model": "m@1:q"} | PRESETS[name]
    connection = connected(lied_to)
    assert given["model"] in providers.add(connection, providers.settings_of(name, given))
    assert given["model"] not in providers.remove(connection, name)


def test_deepseeks_preset_asks_as_its_authors_advise(
    lied_to: ServedNetwork, server: LyingServer
) -> None:
    """At 0.6 and 0.95, without a system message, a pinned provider by its own name."""
    given = PRESETS["hf-deepseek-r1-7b"] | {"url": server.url}
    connection = connected(lied_to)
    providers.add(connection, providers.settings_of("deepseek", given))
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"}]
    asked = {"model": given["model"], "messages": messages}
    request = lied_to.request("")
    assert "Answered" in lied_to.update("batcher", "ask", request | asked)
    sent = server.asked[0].body.decode()
    assert '"temperature":0.6' in sent
    assert '"top_p":0.95' in sent
    assert '"messages":[{"content":"Be brief.\\n\\n1+1?","role":"user"}]' in sent
    assert "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B:" in sent
    providers.remove(connection, "deepseek")
