"""Agreement of texts that differ in nothing a reader would notice."""

from refrain_core.blanks import folded

_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}


def normalised_form(content: str) -> "str | None":
    """Return lower case, with blanks folded, plain quotes and dashes, and no closing mark.

    None where nothing is left.
    """
    text = content.lower()
    if not text.isascii():
        for fancy, plain in _QUOTES.items():
            text = text.replace(fancy, plain)
    text = folded(text).rstrip(".!? ")
    return text or None
