"""How many tokens a text may be, without the model's vocabulary.

Four characters of ASCII are about a token, as in the first specification's 8,000 characters for
2,000 tokens; a character beyond ASCII is counted as one whole.
"""

CHARACTERS_PER_TOKEN = 4

_BEYOND_ASCII = bytes(range(128, 256))


def estimated_tokens(text: str) -> int:
    """Estimate a text's tokens; an empty text has none."""
    if text.isascii():
        return -(-len(text) // CHARACTERS_PER_TOKEN)
    plain = len(text.encode().translate(None, _BEYOND_ASCII))
    return len(text) - plain - (-plain // CHARACTERS_PER_TOKEN)
