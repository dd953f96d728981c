"""Answers as texts of the stable maps: layout 2, and layout 1, which is still read.

A record is one line of fields, then the answer or as much of it as its value holds:

    v2|digest|namespace|sequence|stored_at_ns|...|pieces|answer...

The fields are those of `Entry`, in its order; a bar within one is written %7C. A further piece is
nothing but up to 4,000 bytes of the answer. A gravestone, ``x1``, keeps a slot that probes pass
through after its answer went. A record of layout 1 has fewer fields and another order:

    v1|digest|namespace|stored_at_ns|expires_at_ns|sequence|crossed|finish|model|trust|
    prompt_tokens|completion_tokens|dropped_messages|dropped_characters|created_at_ns|
    answer_bytes|pieces|answer...
"""

from typing import NamedTuple

from refrain_core.chunked_text import split_utf8, utf8_len

LAYOUT = "v2"
OLD_LAYOUT = "v1"
GRAVESTONE = "x1"

ANSWER = "a"
FAILURE = "e"
"""Kinds of a record: a model's answer, or a failure that is remembered for a short time."""

VALUE_BYTES = 4_520
"""Bytes of a record's text: a value's bound of 4,532, less Candid's own."""

PIECE_BYTES = 4_000
"""Bytes of an answer in one further value of a map."""

MAX_ANSWER_BYTES = 1_000_000
"""The longest answer that settings may allow: 251 pieces, under the 2 MB of a message."""

HEADER_BYTES = 523
"""What a line of fields counts in the cache's bytes, tags, voters and parts apart."""


class Entry(NamedTuple):
    """What is known of a stored answer besides its text; first what every hit reads.

    digest: of the sample, which is the slot's; base_digest: the request's. Times are nanoseconds
    since 1970; `keep_until_ns` ends the longest stale window asked for. `sequence` grows with each
    put. `crossed` is 1 where another answer was once put past this slot, so that the slot must
    never become empty again. tags, voters: words between blanks. parts: what `explain` compares.
    """

    digest: str
    namespace: str
    sequence: int
    stored_at_ns: int
    expires_at_ns: int
    keep_until_ns: int
    trust: str
    base_digest: str
    sample: int
    kind: str
    crossed: int
    finish: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    dropped_messages: int
    dropped_characters: int
    created_at_ns: int
    cost_cycles: int
    cost_ms: int
    tags: str
    voters: str
    parts: str
    answer_bytes: int
    pieces: int


class AnswerText(NamedTuple):
    """A record as it was read: its entry, and the first bytes of its answer."""

    entry: Entry
    first: str


_FRONT = f"{LAYOUT}|"
_OLD_FRONT = f"{OLD_LAYOUT}|"

FIELDS = len(Entry._fields)
_OWNER_FIELD = 2
_CROSSED_FIELD = 11
OLD_FIELDS = 16
_PARTS = 22
_NUMBERS = (2, 3, 4, 5, 8, 10, 13, 14, 15, 16, 17, 18, 19, 23, 24)


def write_record(entry: Entry, first: str) -> str:
    """Write an entry and the first piece of its answer.

    Raises:
        ValueError: a field other than parts holds the bar that separates fields.
    """
    values = [*map(str, entry)]
    values[_PARTS] = escaped_parts(entry.parts)
    header = "|".join(values)
    if header.count("|") != FIELDS - 1:
        raise ValueError("a field of a record holds a bar")
    return f"{LAYOUT}|{header}|{first}"


def read_record(text: str) -> "AnswerText | None":
    """Read what `write_record` wrote, now or in layout 1; a gravestone is None.

    Raises:
        ValueError: the text is of another layout.
    """
    if text == GRAVESTONE:
        return None
    if text.startswith(OLD_LAYOUT):
        return _read_old(text)
    layout, *fields = text.split("|", FIELDS + 1)
    if layout != LAYOUT or len(fields) != FIELDS + 1:
        raise ValueError(f"a record of unknown layout {layout[:8]}")
    first = fields.pop()
    values: list[str | int] = list(fields)
    for place in _NUMBERS:
        values[place] = int(fields[place])
    if fields[_PARTS]:
        values[_PARTS] = unescaped_parts(fields[_PARTS])
    return AnswerText(Entry._make(values), first)


def holds(text: str, digest: str) -> bool:
    """Tell whether a record is the answer of `digest`, without reading it whole."""
    return text.startswith((_FRONT + digest + "|", _OLD_FRONT + digest + "|"))


def crossed_and_pieces(text: str) -> "tuple[bool, int]":
    """Read of a record only what its removal needs; a gravestone is crossed.

    Raises:
        ValueError: the text is of another layout.
    """
    if text.startswith(_FRONT):
        fields = text.split("|", FIELDS + 1)
        return fields[_CROSSED_FIELD] != "0", int(fields[FIELDS])
    record = read_record(text)
    return (True, 0) if record is None else (bool(record.entry.crossed), record.entry.pieces)


def is_crossed(text: str) -> bool:
    """Read of a record no more than whether it is crossed; what is no such record is."""
    fields = text.split("|", _CROSSED_FIELD + 1)
    return fields[0] != LAYOUT or fields[_CROSSED_FIELD] != "0"


def owner_of(text: str) -> str:
    """Return the namespace of a record, without reading it whole; empty for a gravestone."""
    fields = text.split("|", _OWNER_FIELD + 1)
    return fields[_OWNER_FIELD] if len(fields) > _OWNER_FIELD else ""


def is_old(text: str) -> bool:
    """Tell whether a record is of layout 1."""
    return text.startswith(OLD_LAYOUT)


def escaped_parts(parts: str) -> str:
    """Write parts as a field of a record."""
    return parts.replace("%", "%25").replace("|", "%7C") if parts else ""


def unescaped_parts(field: str) -> str:
    """Read parts from a field of a record."""
    return field.replace("%7C", "|").replace("%25", "%") if field else ""


def pieces_of(entry: Entry, content: str) -> list[str]:
    """Cut an answer into the first piece, which fills its record, and the further ones."""
    room = VALUE_BYTES - utf8_len(write_record(entry, ""))
    if utf8_len(content) <= room:
        return [content]
    first = content[:room] if content.isascii() else split_utf8(content, room)[0]
    return [first, *split_utf8(content[len(first) :], PIECE_BYTES)]


def entry_bytes(entry: Entry) -> int:
    """Count what an answer takes of the cache's bytes: its text, and a header's flat length."""
    labels = len(entry.tags) + len(entry.voters) + utf8_len(entry.parts)
    return HEADER_BYTES + labels + entry.answer_bytes


def _read_old(text: str) -> AnswerText:
    _, *fields = text.split("|", OLD_FIELDS + 1)
    if len(fields) != OLD_FIELDS + 1:
        raise ValueError("a damaged record of layout v1")
    digest, namespace, stored, expires, sequence, crossed, finish, model, trust = fields[:9]
    *told, size, pieces = map(int, fields[9:16])
    lives = (int(sequence), int(stored), int(expires), int(expires))
    labels = (trust, digest, 0, ANSWER, int(crossed), finish, model)
    values = [digest, namespace, *lives, *labels, *told, 0, 0, "", "", "", size, pieces]
    return AnswerText(Entry._make(values), fields[16])
