"""dfx.json and icp.yaml name the same three canisters."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, NamedTuple

from tests.architecture.source_tree import CANISTERS, ROOT


class Build(NamedTuple):
    """How one canister is built for a real network."""

    name: str
    command: str
    candid: str
    wasm: str
    metadata: frozenset[str]
    gzip: bool


def dfx_builds() -> list[Build]:
    """The canisters of dfx.json."""
    canisters: dict[str, Any] = json.loads((ROOT / "dfx.json").read_text())["canisters"]
    return [
        Build(
            name,
            it["build"],
            it["candid"],
            it["wasm"],
            frozenset(part["name"] for part in it["metadata"]),
            it["gzip"],
        )
        for name, it in canisters.items()
    ]


def icp_builds() -> list[Build]:
    """The canisters of icp.yaml, read as the plain lists that it consists of."""
    blocks = re.split(r"^  - name: ", (ROOT / "icp.yaml").read_text(), flags=re.MULTILINE)[1:]
    return [_icp_build(*block.split("\n", 1)) for block in blocks]


def _icp_build(name: str, steps: str) -> Build:
    commands = re.findall(r"^            - (.+)$", steps, flags=re.MULTILINE)
    words = [shlex.split(command) for command in commands]
    metadata = {line[line.index("metadata") + 1]: line for line in words if "metadata" in line}
    service = metadata["candid:service"]
    return Build(
        name,
        commands[0],
        service[service.index("-f") + 1],
        next(line[1] for line in words if line[0] == "cp"),
        frozenset(metadata),
        any(line[0] == "gzip" for line in words),
    )


def test_both_manifests_describe_the_same_canisters() -> None:
    """Name, build command, Candid file, wasm, metadata and compression are equal."""
    assert dfx_builds() == icp_builds()
    assert [build.name for build in dfx_builds()] == list(CANISTERS)


def test_every_build_compiles_the_main_module_into_the_named_wasm() -> None:
    """`python -m kybra NAME canisters/NAME/main.py` writes .kybra/NAME/NAME.wasm."""
    for name, command, candid, wasm, metadata, gzip in dfx_builds():
        assert command.endswith(f"python -m kybra {name} canisters/{name}/main.py")
        assert (ROOT / "canisters" / name / "main.py").is_file()
        assert candid == f"canisters/{name}/{name}.did"
        assert wasm == f".kybra/{name}/{name}.wasm"
        assert "candid:service" in metadata
        assert gzip


def test_a_build_leaves_the_committed_candid_file_alone() -> None:
    """Kybra writes its own Candid to where the environment says, which is below .kybra."""
    for build in dfx_builds():
        assert f"CANISTER_CANDID_PATH=.kybra/{build.name}/{build.name}.did" in build.command
