"""What a certified hit looks like as one text, which is the cheapest reply there is.

certified|salt|certificate|witness|record    the last as stored, bars and all
uncertified|certified rows/all rows|record   while the log is rebuilt, or where nobody signs
miss|reason
"""

from typing import NamedTuple

CERTIFIED = "certified"
UNCERTIFIED = "uncertified"
MISS = "miss"

_CERTIFIED_PARTS = 5
_UNCERTIFIED_PARTS = 3
_MISS_PARTS = 2
_PARTS = {CERTIFIED: _CERTIFIED_PARTS, UNCERTIFIED: _UNCERTIFIED_PARTS, MISS: _MISS_PARTS}


class CertifiedText(NamedTuple):
    """A record with what proves it; certificate and witness in hexadecimal."""

    salt: str
    certificate: str
    witness: str
    record: str


class UncertifiedText(NamedTuple):
    """A record without proof, and how many of all stored answers have one by now."""

    progress: str
    record: str


class MissText(NamedTuple):
    """No record, and why."""

    reason: str


def certified_text(salt: str, certificate: str, witness: str, record: str) -> str:
    """Write a record with its proof."""
    # Half as dear as an f-string of as many parts.
    return CERTIFIED + "|" + salt + "|" + certificate + "|" + witness + "|" + record


def uncertified_text(certified: int, stored: int, record: str) -> str:
    """Write a record that cannot be proven now."""
    return f"{UNCERTIFIED}|{certified}/{stored}|{record}"


def miss_text(reason: str) -> str:
    """Write that there is no record."""
    return f"{MISS}|{reason}"


def parse_served(text: str) -> "CertifiedText | UncertifiedText | MissText | None":
    """Read any of them; None where the text is none."""
    status = text.split("|", 1)[0]
    wanted = _PARTS.get(status, 0)
    parts = text.split("|", max(wanted - 1, 0))
    if len(parts) != wanted:
        return None
    if status == CERTIFIED:
        return CertifiedText(*parts[1:])
    return UncertifiedText(*parts[1:]) if status == UNCERTIFIED else MissText(*parts[1:])
