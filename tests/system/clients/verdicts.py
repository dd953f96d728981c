"""What two verifiers that share no line of code make of the same claims."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

from refrain.client.certified_hits import HitRefused
from tests.system.clients.stage import NODE_FOLDER, SCRIPTS, install_packages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from refrain.client.certified_hits import Prover
    from tests.system.clients.forgeries import Claim

PATIENCE_S = 120


def node_verdicts(claims: Sequence[Claim], prover: Prover, folder: Path) -> list[str | None]:
    """The checks that claims fail in the eyes of `@icp-sdk/core`; None for the proven."""
    install_packages()
    node = shutil.which("node")
    assert node is not None, "Node.js is needed for this test: install it"
    shown: list[dict[str, Any]] = [
        {"name": claim.name, "digest": claim.digest, **claim.hit._asdict()} for claim in claims
    ]
    given = {"rootKey": prover.root_key.hex(), "canister": prover.canister, "claims": shown}
    path = folder / "claims.json"
    path.write_text(json.dumps(given))
    done = subprocess.run(
        [node, str(SCRIPTS / "certified_hits.cjs"), str(path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, "NODE_PATH": str(NODE_FOLDER / "node_modules")},
    )
    verdicts: list[tuple[str, str | None]] = json.loads(done.stdout)
    return [check for _name, check in verdicts]


def our_verdict(claim: Claim, prover: Prover) -> str | None:
    """The check that a claim fails in the eyes of our client."""
    try:
        prover.verify(claim.hit, claim.digest, time.time_ns())
    except HitRefused as refused:
        return refused.check
    return None


def judged(claims: Sequence[Claim], prover: Prover, folder: Path) -> None:
    """Both verifiers find just what must be found."""
    expected = [claim.failing for claim in claims]
    assert node_verdicts(claims, prover, folder) == expected
    assert [our_verdict(claim, prover) for claim in claims] == expected
