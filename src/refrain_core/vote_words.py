"""The words of votes: names of strategies and of tie rules, without what stands behind them."""

NAMES = ("exact", "normalised", "extracted", "json:PATH", "medoid", "medoid:PERMILLE")
"""The strategies, as they are named."""

FIRST_LISTED = "first_listed"
LAST_LISTED = "last_listed"
TIE_RULES = (FIRST_LISTED, LAST_LISTED)

DEFAULT_LIKENESS_PERMILLE = 500
"""The likeness by which `medoid` groups where the name says none."""

_MOST_DIGITS = 4
_THOUSAND = 1_000


def is_strategy(name: str) -> bool:
    """Tell whether a strategy has that name."""
    kind, _, detail = name.partition(":")
    if kind == "json":
        return bool(detail)
    return name in NAMES[:3] or likeness_of(name) is not None


def likeness_of(name: str) -> "int | None":
    """Return the likeness, 1 to 1,000, of a name that says `medoid`; None of another."""
    kind, colon, detail = name.partition(":")
    if kind != "medoid":
        return None
    if not colon:
        return DEFAULT_LIKENESS_PERMILLE
    is_number = detail.isascii() and detail.isdecimal() and len(detail) <= _MOST_DIGITS
    return int(detail) if is_number and 1 <= int(detail) <= _THOUSAND else None
