"""The key of a request off chain: the same text and digest as in the canisters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import xxhash

from refrain_core.canonical import canonical_text
from refrain_core.fingerprint import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class RequestKey(NamedTuple):
    """A request's canonical text, its sha256, and the short key of that."""

    canonical: str
    digest: str
    key: str


def request_key(request: Mapping[str, Any], namespace: str) -> RequestKey:
    """Compute the key of a checked AskRequest whose model is named whole.

    Raises:
        ValueError: it is not.
    """
    canonical = canonical_text(request, namespace)
    digest = digest_of(canonical)
    return RequestKey(canonical, digest, xxhash.xxh64_hexdigest(bytes.fromhex(digest)))
