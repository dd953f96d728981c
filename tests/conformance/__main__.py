"""`python -m tests.conformance`: run what holds us to others, and rewrite docs/conformance.md.

Other people's clients, Candid's assertions, the committed fuzzing campaign, the dapps' scenarios.
CANDID_SPEC_DIR names a folder of the specification's `*.test.did`; POCKET_IC_BIN and
CANISTER_WASM_DIR together a real runtime. What could not run says so on the page.
"""

from __future__ import annotations

import os
import sys

from tests.architecture.source_tree import ROOT
from tests.conformance.parts import candid_part, clients_part, fuzzing_part, parity_part

PAGE = ROOT / "docs" / "conformance.md"
HEAD = """\
# What we are held to, and what came out

`make conformance` runs all of it again and rewrites this page.
"""


def main() -> int:
    """Write the page; 1 where something failed, not where it could not run."""
    parts = [
        clients_part(),
        candid_part(os.environ.get("CANDID_SPEC_DIR")),
        fuzzing_part(),
        parity_part(os.environ),
    ]
    page = "\n".join([HEAD, *(part.text for part in parts)])
    PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    return int(any(part.has_failed for part in parts))


if __name__ == "__main__":
    sys.exit(main())
