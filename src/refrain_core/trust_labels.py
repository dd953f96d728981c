"""Trust labels: how an answer was come by, ranked, so that an asker can state the least it takes.

    single_node < replicated < quorum k/n < multi_provider k/n < onchain

Of one kind, k voices are at least k' voices where k >= k', whatever n is. A label that is none of
these meets nothing.
"""

SINGLE_NODE = "single_node"
REPLICATED = "replicated"
QUORUM = "quorum"
MULTI_PROVIDER = "multi_provider"
ONCHAIN = "onchain"

MAX_VOICES = 999

_PLAIN = {SINGLE_NODE: 1, REPLICATED: 2, ONCHAIN: 5}
_COUNTED = {QUORUM: 3, MULTI_PROVIDER: 4}
_STEP = MAX_VOICES + 1


def trust_rank(label: str) -> int:
    """Return a label's rank, which grows with what it claims; 0 for what is no label."""
    plain = _PLAIN.get(label)
    if plain is not None:
        return plain * _STEP
    kind, _, share = label.partition(" ")
    agreed, _, asked = share.partition("/")
    voices = _voices(agreed)
    if kind not in _COUNTED or not 1 <= voices <= _voices(asked):
        return 0
    return _COUNTED[kind] * _STEP + voices


def meets(label: str, least: str) -> bool:
    """Tell whether an answer of `label` satisfies who takes no less than `least`."""
    rank = trust_rank(label)
    return 0 < trust_rank(least) <= rank


def counted_label(kind: str, agreed: int, asked: int) -> str:
    """Write the label of a kind that counts voices, `QUORUM` or `MULTI_PROVIDER`."""
    return f"{kind} {agreed}/{asked}"


def _voices(text: str) -> int:
    """Read a number of voices; 0 for what is not written as one."""
    if not (text.isascii() and text.isdigit()) or text.startswith("0"):
        return 0
    return int(text) if len(text) <= len(str(MAX_VOICES)) else 0
