"""What each real client is asked to do, and what must come out of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.system.clients.stage import CORE, ICP, NPM_PACKAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

ICP_CLIENT = f"icp {NPM_PACKAGES[ICP]}"
CORE_CLIENT = f"@icp-sdk/core {NPM_PACKAGES[CORE]}"
IC_PY, ICP_PY_CORE = "ic-py 1.0.1", "icp-py-core 2.3.1"
ANONYMOUS = "2vxsx-fae"


@dataclass(frozen=True)
class Operation:
    """One client, one thing it does; `run` raises AssertionError where it goes wrong.

    `cannot`, where it answers a text, says why the client is not able to do it on a stage: then
    `run` has checked that it fails in just that way.
    """

    client: str
    name: str
    run: Callable[[Stage], None]
    cannot: Callable[[Stage], str] = lambda _stage: ""


def refused(stage: Stage, *arguments: str, key: str = "") -> str:
    """What the `icp` command writes as it fails."""
    with pytest.raises(AssertionError) as failure:
        stage.icp(*arguments, key=key)
    return str(failure.value)


def icp_call(stage: Stage) -> None:
    """An update, its certificate verified."""
    assert '("said")' in stage.icp("canister", "call", stage.canister, "echo", '("said")')


def icp_query(stage: Stage) -> None:
    """A query, its node signature verified."""
    written = stage.icp("canister", "call", "--query", stage.canister, "whoami", "()")
    assert ANONYMOUS in written


def icp_fetched_key(stage: Stage) -> None:
    """The root key is taken from the status, on trust."""
    words = ("canister", "call", stage.canister, "echo", '("said")')
    assert '("said")' in stage.icp(*words, key="fetch")


def icp_rejects(stage: Stage) -> None:
    """A trap, a reject and a missing method arrive with code, number and text."""
    trap = refused(stage, "canister", "call", stage.canister, "explode", '("boom")')
    assert "RuntimeError: boom" in trap
    assert "IC0503" in trap
    assert "no thanks" in refused(
        stage, "canister", "call", stage.canister, "refuse", '("no thanks")'
    )
    assert "IC0536" in refused(stage, "canister", "call", stage.canister, "nothing", "()")


def icp_wrong_key(stage: Stage) -> None:
    """Another network's root key verifies neither calls nor queries."""
    for words in (("echo", '("said")'), ("--query", "whoami", "()")):
        query, rest = words[:-2], words[-2:]
        command = ("canister", "call", *query, stage.canister, *rest)
        written = refused(stage, *command, key=stage.other_key)
        assert "Certificate verification failed" in written


def icp_metadata(stage: Stage) -> None:
    """The Candid of the canister, read from its certified metadata."""
    written = stage.icp("canister", "metadata", stage.canister, "candid:service")
    assert "whoami : () -> (text) query" in written


def icp_status(stage: Stage) -> None:
    """`canister_status` with every field that this version knows."""
    written = stage.icp("canister", "status", stage.canister)
    assert "Status: Running" in written
    assert f"controller: {ANONYMOUS}" in written
    assert re.search(r"Module hash: 0x[0-9a-f]{64}", written)


def icp_logs(stage: Stage) -> None:
    """The trap of a call is in the canister's log."""
    refused(stage, "canister", "call", stage.canister, "explode", '("logged")')
    assert "RuntimeError: logged" in stage.icp("canister", "logs", stage.canister)


def icp_life(stage: Stage) -> None:
    """Create, install, use, upgrade, stop, start and delete a canister."""
    canister = created(stage)
    assert "installed" in stage.icp(
        "canister", "install", canister, "--wasm", str(stage.module), "--yes"
    )
    stage.icp("canister", "call", canister, "put", '("key", "value")')
    upgrade = ("--mode", "upgrade", "--wasm", str(stage.module), "--yes")
    stage.icp("canister", "install", canister, *upgrade)
    assert '"value"' in stage.icp("canister", "call", "--query", canister, "get", '("key")')
    stage.icp("canister", "stop", canister)
    assert "Status: Stopped" in stage.icp("canister", "status", canister)
    stage.icp("canister", "start", canister)
    stage.icp("canister", "stop", canister)
    stage.icp("canister", "delete", canister, "--no-recover-cycles")
    assert "not found" in refused(stage, "canister", "call", canister, "put", '("a", "b")')


def created(stage: Stage) -> str:
    """A canister made without a cycles ledger, through the subnet's own call."""
    written = stage.icp("canister", "create", "--detached", "--json")
    made, _ = json.JSONDecoder().raw_decode(written[written.index("{") :])
    return str(made["canister_id"])


def printed(expected: str, run: Callable[[Stage], str]) -> Callable[[Stage], None]:
    """An operation that is good when it writes what was expected."""

    def check(stage: Stage) -> None:
        written = run(stage)
        assert re.search(expected, written), written

    return check


def core(name: str, expected: str) -> Operation:
    """An operation of the script for `@icp-sdk/core`."""
    return Operation(CORE_CLIENT, name, printed(expected, lambda stage: stage.core(name)))


def core_wrong_key(name: str) -> Operation:
    """One that must end in a refusal to trust."""
    run = printed("refused: TrustError", lambda stage: stage.core(name, stage.other_key))
    return Operation(CORE_CLIENT, name, run)


def python(client: str, script: str, name: str, expected: str) -> Operation:
    """An operation of a Python client."""
    return Operation(client, name, printed(expected, lambda stage: stage.python(script, name)))


def fetched_root_key(stage: Stage) -> None:
    """The status names the very key that signs."""
    assert stage.root_key in stage.core("root key from status")


ic_py = partial(python, IC_PY, "ic_py_client.py")
icp_py_core = partial(python, ICP_PY_CORE, "icp_py_core_client.py")


def icp_py_core_verified(stage: Stage) -> None:
    """Query signatures are verified where a delegation tells the subnet's id.

    Without one, this client looks for the node keys below the main network's root subnet.
    """
    script = "icp_py_core_client.py"
    if stage.delegated:
        assert "-" in stage.python(script, "verified query")
        return
    with pytest.raises(AssertionError, match="QuerySignatureVerificationFailed"):
        stage.python(script, "verified query")


OPERATIONS = (
    Operation(ICP_CLIENT, "call", icp_call),
    Operation(ICP_CLIENT, "call --query", icp_query),
    Operation(ICP_CLIENT, "call with --root-key fetch", icp_fetched_key),
    Operation(ICP_CLIENT, "rejects", icp_rejects),
    Operation(ICP_CLIENT, "wrong key refused", icp_wrong_key),
    Operation(ICP_CLIENT, "metadata", icp_metadata),
    Operation(ICP_CLIENT, "status", icp_status),
    Operation(ICP_CLIENT, "logs", icp_logs),
    Operation(ICP_CLIENT, "create to delete", icp_life),
    core("query", ANONYMOUS),
    core("call", "said"),
    core("trapping call", "refused: (?s:.*)RuntimeError: boom(?s:.*)IC0503"),
    core("rejecting call", "refused: (?s:.*)no thanks(?s:.*)IC0406"),
    core("missing query", "refused: (?s:.*)IC0536"),
    core_wrong_key("wrong key, query"),
    core_wrong_key("wrong key, call"),
    core("ed25519", "said "),
    core("secp256k1", "said "),
    core("delegation", "said "),
    Operation(CORE_CLIENT, "root key from status", fetched_root_key),
    core("status", r"whoami : \(\) -> \(text\) query(?s:.*)-"),
    ic_py("query", "-"),
    ic_py("call", "said"),
    ic_py("rejecting call", "refused: (?s:.*)said"),
    ic_py("canister by .did", rf"said(?s:.*){ANONYMOUS}"),
    ic_py("system state", rf"[0-9a-f]{{64}}(?s:.*){ANONYMOUS}(?s:.*)[0-9]{{19}}"),
    icp_py_core("query", "text(?s:.*)-"),
    Operation(
        ICP_PY_CORE,
        "verified query",
        icp_py_core_verified,
        lambda stage: "" if stage.delegated else "fails: takes main network's root subnet for ours",
    ),
    icp_py_core("call", "said"),
    icp_py_core("rejecting call", "refused: (?s:.*)said"),
)
