"""Why bytes cannot be installed; each refusal's text is a sentence for whoever sent them."""

from __future__ import annotations

NO_MODULE = "Failed to decode wasm module: unsupported canister module format."
"""Of bytes that do not begin as a module; as the platform says it."""


class ArtefactRefused(Exception):  # noqa: N818 - a refusal, named as what happened
    """Bytes that this replica does not run."""


class MalformedWasm(ArtefactRefused):
    """Bytes that are no wasm module, or one that is cut or too large."""


class ForeignModule(ArtefactRefused):
    """A wasm module that carries no Python bundle."""


class BundleRefused(ArtefactRefused):
    """A bundle that is damaged, or whose program breaks Kybra's rules."""
