"""XXH64 equals the reference package; digests and short keys have fixed values."""

import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain_core.fingerprint import digest_of, is_digest, short_key
from refrain_core.xxh64 import xxh64, xxh64_of_stripe

STEADY = settings(deadline=None, derandomize=True, max_examples=300)
SEEDS = st.integers(min_value=0, max_value=2**64 - 1)


@STEADY
@given(st.binary(max_size=200), SEEDS)
def test_xxh64_equals_the_package(data: bytes, seed: int) -> None:
    """Any bytes under any seed hash as the C implementation hashes them."""
    assert xxh64(data, seed) == xxhash.xxh64_intdigest(data, seed)


def test_xxh64_equals_the_package_at_every_short_length() -> None:
    """Each way through stripes, words and single bytes is taken."""
    for size in range(100):
        data = bytes(range(size))
        assert xxh64(data) == xxhash.xxh64_intdigest(data)


@STEADY
@given(st.binary(min_size=32, max_size=32), st.integers(min_value=0, max_value=2**63 - 1))
def test_one_stripe_hashes_the_same_in_one_go(data: bytes, seed: int) -> None:
    """Four lanes in one integer do not disturb each other."""
    assert xxh64_of_stripe(data, seed) == xxhash.xxh64_intdigest(data, seed)


@STEADY
@given(st.text(), st.integers(min_value=0, max_value=3))
def test_a_short_key_is_xxh64_of_the_digests_bytes(text: str, probe: int) -> None:
    """A client computes the same key with the package alone."""
    digest = digest_of(text)
    assert is_digest(digest)
    assert short_key(digest, probe) == xxhash.xxh64_hexdigest(bytes.fromhex(digest), probe)


def test_probes_lead_to_different_slots() -> None:
    """A collision at one probe is no collision at the next."""
    digest = digest_of("hello")
    assert len({short_key(digest, probe) for probe in range(4)}) == 4


def test_fixed_values_stay() -> None:
    """Golden values: a stored entry must be found again by its key."""
    digest = digest_of("refrain")
    assert digest == "040f521d2c01bb99954a8285ddef4d98dd5749bb31323d643f65d9e2ec2445e9"
    assert short_key(digest) == "cb19709a1506e745"


def test_what_is_no_digest() -> None:
    """Length, case and alphabet are checked."""
    assert not is_digest("a" * 63)
    assert not is_digest("A" * 64)
    assert not is_digest("g" * 64)
    assert not is_digest("\u0663" * 64)
    assert not is_digest(" " * 64)
    assert not is_digest("ab " * 21 + "a")
