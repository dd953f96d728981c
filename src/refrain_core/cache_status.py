"""How an answer was served, in the words of RFC 9211, without the name of the cache before them.

    hit; ttl=30; key="0011223344556677"              a fresh answer
    hit; ttl=-5; detail=stale-while-revalidate       a stale one, which is being renewed
    fwd=miss; stored; ttl=60                         the model's answer, now in the cache
    fwd=miss; collapsed                              another asker's answer, waited for
    fwd=stale; fwd-status=503; detail=stale-if-error a stale one, since the model failed

Why the model was asked: `fwd=miss` nothing stored satisfies the request, `fwd=stale` what is
stored has expired, `fwd=request` the request would not have it.
"""

from typing import Any, NamedTuple

MISS = "miss"
STALE = "stale"
REQUEST = "request"

WHILE_REVALIDATE = "stale-while-revalidate"
IF_ERROR = "stale-if-error"

MAX_CHARACTERS = 400

_TOKEN_FIRST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*")
_TOKEN_LETTERS = _TOKEN_FIRST | frozenset("0123456789!#$%&'+-.^_`|~:/")
_PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))
_MAX_DIGITS = 15

_FIELDS = {
    "fwd": "fwd",
    "fwd-status": "fwd_status",
    "ttl": "ttl_s",
    "stored": "stored",
    "collapsed": "collapsed",
    "key": "key",
    "detail": "detail",
}
_KINDS = (
    ("fwd", str),
    ("fwd_status", int),
    ("ttl_s", int),
    ("stored", bool),
    ("collapsed", bool),
    ("key", str),
    ("detail", str),
)


class CacheStatus(NamedTuple):
    """One serving. fwd None is a hit; the text fields are of printable ASCII."""

    fwd: "str | None" = None
    fwd_status: "int | None" = None
    ttl_s: "int | None" = None
    stored: bool = False
    collapsed: bool = False
    key: "str | None" = None
    detail: "str | None" = None

    @property
    def is_hit(self) -> bool:
        """Whether the cache answered without asking a model, be it with a stale answer."""
        return self.fwd is None


def hit_text(ttl_s: int, key: str) -> str:
    """Write the status of a fresh hit, whose `key` is hexadecimal: the common one, in one step."""
    return f'hit; ttl={ttl_s}; key="{key}"'


def status_text(status: CacheStatus) -> str:
    """Write a status; characters that RFC 9211 has no form for become question marks."""
    parts = ["hit" if status.fwd is None else f"fwd={status.fwd}"]
    if status.fwd_status is not None:
        parts.append(f"fwd-status={status.fwd_status}")
    if status.stored:
        parts.append("stored")
    if status.collapsed:
        parts.append("collapsed")
    if status.ttl_s is not None:
        parts.append(f"ttl={status.ttl_s}")
    if status.key is not None:
        parts.append(f"key={_string(status.key)}")
    if status.detail is not None:
        detail = status.detail
        parts.append(f"detail={detail if _is_token(detail) else _string(detail)}")
    return "; ".join(parts)


def parse_status(text: str) -> "CacheStatus | None":
    """Read what `status_text` wrote, parameters in any order; None for what is no status.

    Unknown parameters are passed over, as RFC 9211 asks of recipients.
    """
    if len(text) > MAX_CHARACTERS or not _PRINTABLE.issuperset(text):
        return None
    fields: dict[str, Any] = {}
    hit = False
    for part in _parameters(text):
        name, equals, written = part.partition("=")
        value = _value(written) if equals else True
        if value is None or not name:
            return None
        if name == "hit":
            hit = value is True
        elif name in _FIELDS:
            fields[_FIELDS[name]] = value
    if hit == ("fwd" in fields) or not _is_typed(fields):
        return None
    return CacheStatus(**fields)


def _is_typed(fields: "dict[str, Any]") -> bool:
    return all(field not in fields or type(fields[field]) is kind for field, kind in _KINDS)


def _parameters(text: str) -> "list[str]":
    """Split at the semicolons that stand in no string."""
    plain = text.replace("\\\\", "~~").replace('\\"', "~~")
    parts: list[str] = []
    start = 0
    for piece in _outside(plain).split(";"):
        end = start + len(piece)
        parts.append(text[start:end].strip(" "))
        start = end + 1
    return parts


def _outside(plain: str) -> str:
    """Blank out what stands in strings, keeping the length."""
    pieces = plain.split('"')
    for number in range(1, len(pieces), 2):
        pieces[number] = "~" * len(pieces[number])
    return '"'.join(pieces)


def _value(written: str) -> "str | int | None":
    """Read a string, a token or an integer; None if it is none of them."""
    if written.startswith('"'):
        return _unquoted(written)
    if _is_token(written):
        return written
    digits = written.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS
    return int(written) if is_number else None


def _unquoted(written: str) -> "str | None":
    whole = len(written) > 1 and written.endswith('"')
    parts = written[1:-1].split("\\\\")
    # What is left of backslashes and quotes once doubled ones are gone must be escaped quotes.
    rest = [part.replace('\\"', "") for part in parts]
    if not whole or any("\\" in part or '"' in part for part in rest):
        return None
    return "\\".join([part.replace('\\"', '"') for part in parts])


def _string(text: str) -> str:
    shown = text
    if not _PRINTABLE.issuperset(text):
        shown = "".join([one if one in _PRINTABLE else "?" for one in text])
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_token(text: str) -> bool:
    return bool(text) and text[0] in _TOKEN_FIRST and _TOKEN_LETTERS.issuperset(text)
