"""One operation of icp-py-core: python icp_py_core_client.py OPERATION URL CANISTER.

It knows no root key but the main network's, so certificates go unverified; query signatures are
verified with the node keys that the subnet names.
"""

from __future__ import annotations

import sys
from typing import Any

from icp_agent import Agent, Client
from icp_candid import Types
from icp_identity import Identity

TEXT = [{"type": Types.Text, "value": "said"}]


def run(operation: str, agent: Any, canister: str) -> Any:
    """The operation's result."""
    if operation.endswith("query"):
        return agent.query(canister, "whoami", [])
    method = "refuse" if operation == "rejecting call" else "echo"
    try:
        return agent.update(canister, method, TEXT, verify_certificate=False)
    except Exception as error:  # noqa: BLE001 (which one is for the caller to read)
        return f"refused: {error}"


def main() -> None:
    """Run the operation that the command line names."""
    operation, url, canister = sys.argv[1:]
    verified = operation == "verified query"
    agent = Agent(Identity(), Client(url=url), verify_query_signatures=verified)
    print(run(operation, agent, canister))  # noqa: T201 (its result)


if __name__ == "__main__":
    main()
