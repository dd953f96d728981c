"""XXH64 in plain Python, as Yann Collet's specification defines it; no C extension loads on chain.

Meant for short inputs: hashing a whole prompt costs a canister 4,000 instructions a byte, so
prompts are hashed by sha256 and only the digest by this.
"""

_MASK = 0xFFFFFFFFFFFFFFFF
_PRIME_1 = 0x9E3779B185EBCA87
_PRIME_2 = 0xC2B2AE3D27D4EB4F
_PRIME_3 = 0x165667B19E3779F9
_PRIME_4 = 0x85EBCA77C2B2AE63
_PRIME_5 = 0x27D4EB2F165667C5
_STRIPE_BYTES = 32
_LANE_BYTES = 8
_HALF_LANE_BYTES = 4

# Of four lanes in one integer, 128 bits apart: a word of 256 bits' second to fourth, what each
# lane starts from, one in each, and all bits of each.
_LANE_2 = _MASK << 64
_LANE_3 = _MASK << 128
_LANE_4 = _MASK << 192
_ONES = 1 | 1 << 128 | 1 << 256 | 1 << 384
_STARTS = (_PRIME_1 + _PRIME_2 & _MASK) | _PRIME_2 << 128 | (_MASK + 1 - _PRIME_1) << 384
_MASKS = _MASK * _ONES


def xxh64(data: bytes, seed: int = 0) -> int:
    """Return the 64-bit hash of `data`; seed is 0 to 2**64 - 1."""
    size = len(data)
    striped = size - size % _STRIPE_BYTES
    state = _stripes(data, striped, seed) if striped else seed + _PRIME_5
    return _avalanche(_tail(data, striped, (state + size) & _MASK))


def xxh64_of_stripe(data: bytes, seed: int = 0) -> int:
    """Return the same of exactly 32 bytes, for a third of the price; seed is less than 2**63.

    The four lanes stand 128 bits apart in one integer, so that one operation serves all of them
    and a product overflows into no neighbour.
    """
    # Local names cost a canister a quarter of global ones.
    mask, masks, prime_1, prime_2, prime_4 = _MASK, _MASKS, _PRIME_1, _PRIME_2, _PRIME_4
    word = int.from_bytes(data, "little")
    lanes = word & mask | (word & _LANE_2) << 64 | (word & _LANE_3) << 128 | (word & _LANE_4) << 192
    lanes = lanes * prime_2 + _STARTS + seed * _ONES & masks
    lanes = ((lanes << 31 | lanes >> 33) & masks) * prime_1 & masks
    first = lanes & mask
    second = lanes >> 128 & mask
    third = lanes >> 256 & mask
    fourth = lanes >> 384
    state = (first << 1 | first >> 63) + (second << 7 | second >> 57)
    state += (third << 12 | third >> 52) + (fourth << 18 | fourth >> 46)
    lanes = lanes * prime_2 & masks
    lanes = ((lanes << 31 | lanes >> 33) & masks) * prime_1
    state = (state & mask ^ lanes & mask) * prime_1 + prime_4 & mask
    state = (state ^ lanes >> 128 & mask) * prime_1 + prime_4 & mask
    state = (state ^ lanes >> 256 & mask) * prime_1 + prime_4 & mask
    state = (state ^ lanes >> 384 & mask) * prime_1 + prime_4 + 32 & mask
    state = (state ^ state >> 33) * prime_2 & mask
    state = (state ^ state >> 29) * _PRIME_3 & mask
    return state ^ state >> 32


def _stripes(data: bytes, end: int, seed: int) -> int:
    """Run the four lanes over all whole stripes, and merge them."""
    lanes = [seed + _PRIME_1 + _PRIME_2, seed + _PRIME_2, seed, seed - _PRIME_1]
    for start in range(0, end, _LANE_BYTES):
        lane = start // _LANE_BYTES % 4
        lanes[lane] = _round(lanes[lane], int.from_bytes(data[start : start + 8], "little"))
    merged = (
        _rotate(lanes[0], 1) + _rotate(lanes[1], 7) + _rotate(lanes[2], 12) + _rotate(lanes[3], 18)
    )
    for lane_value in lanes:
        merged = ((merged ^ _round(0, lane_value)) * _PRIME_1 + _PRIME_4) & _MASK
    return merged


def _tail(data: bytes, start: int, state: int) -> int:
    """Mix in the last bytes: by eight, then four, then one."""
    while start + _LANE_BYTES <= len(data):
        state ^= _round(0, int.from_bytes(data[start : start + 8], "little"))
        state = (_rotate(state, 27) * _PRIME_1 + _PRIME_4) & _MASK
        start += _LANE_BYTES
    if start + _HALF_LANE_BYTES <= len(data):
        state ^= int.from_bytes(data[start : start + 4], "little") * _PRIME_1 & _MASK
        state = (_rotate(state, 23) * _PRIME_2 + _PRIME_3) & _MASK
        start += _HALF_LANE_BYTES
    for byte in data[start:]:
        state = _rotate(state ^ (byte * _PRIME_5 & _MASK), 11) * _PRIME_1 & _MASK
    return state


def _avalanche(state: int) -> int:
    state = (state ^ (state >> 33)) * _PRIME_2 & _MASK
    state = (state ^ (state >> 29)) * _PRIME_3 & _MASK
    return state ^ (state >> 32)


def _round(lane: int, word: int) -> int:
    return _rotate((lane + word * _PRIME_2) & _MASK, 31) * _PRIME_1 & _MASK


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK
