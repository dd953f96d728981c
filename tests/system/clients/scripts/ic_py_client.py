"""One operation of ic-py: python ic_py_client.py OPERATION URL CANISTER."""

from __future__ import annotations

import sys
from typing import Any

from ic.agent import Agent
from ic.candid import Types, encode
from ic.canister import Canister
from ic.client import Client
from ic.identity import Identity
from ic.system_state import canister_controllers, canister_module_hash, time

DID = "service : { echo : (text) -> (text); whoami : () -> (text) query }"


def run(operation: str, agent: Any, canister: str) -> Any:
    """The operation's result."""
    text = encode([{"type": Types.Text, "value": "said"}])
    if operation == "query":
        return agent.query_raw(canister, "whoami", encode([]))
    if operation == "call":
        return agent.update_raw(canister, "echo", text)
    if operation == "rejecting call":
        try:
            return agent.update_raw(canister, "refuse", text)
        except Exception as error:  # noqa: BLE001 (ic-py raises nothing narrower)
            return f"refused: {error}"
    if operation == "canister by .did":
        made = Canister(agent, canister, DID)
        return made.echo("said"), made.whoami()
    controllers = canister_controllers(agent, canister)
    return (
        canister_module_hash(agent, canister),
        controllers[0].to_str(),
        time(agent, canister),
    )


def main() -> None:
    """Run the operation that the command line names."""
    operation, url, canister = sys.argv[1:]
    identity = Identity() if operation == "query" else Identity(anonymous=True)
    print(run(operation, Agent(identity, Client(url=url)), canister))  # noqa: T201 (its result)


if __name__ == "__main__":
    main()
