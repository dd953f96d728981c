"""Fingerprints of canonical requests: the whole digest, and the short key of a map slot."""

import hashlib

from refrain_core.xxh64 import xxh64_of_stripe

DIGEST_CHARACTERS = 64
"""sha256 as lowercase hexadecimal."""

KEY_CHARACTERS = 16
"""XXH64 as lowercase hexadecimal."""


def digest_of(canonical: str) -> str:
    """Return the sha256 of a canonical text as 64 hexadecimal characters."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def sample_digest(digest: str, sample: int) -> str:
    """Return the digest that sample `sample` of a request is kept under; 0 is the request's own.

    A vote of five that follows a vote of three thus finds samples 0 to 2 where they are.
    """
    return digest if sample == 0 else digest_of(f"{digest}/{sample}")


def short_key(digest: str, probe: int = 0) -> str:
    """Return the key of a digest's slot: XXH64 of its 32 bytes, seeded by the probe's number.

    Two digests may share a short key; a record therefore holds its whole digest, and probe 1, 2
    and so on name the next slots to try.
    """
    return f"{xxh64_of_stripe(bytes.fromhex(digest), probe):016x}"


def is_digest(text: str) -> bool:
    """Tell whether `text` has the form that `digest_of` returns.

    A fifth of what looking at each character costs a canister.
    """
    try:
        return len(text) == DIGEST_CHARACTERS and bytes.fromhex(text).hex() == text
    except ValueError:
        return False
