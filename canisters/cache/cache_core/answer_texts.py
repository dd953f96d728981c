"""Answers as texts of the stable maps, layout version 1.

A record is one line of fields, then the answer or its first 4,000 bytes:

    v1|digest|namespace|...|pieces|answer...

The fields are those of `Entry`, in its order; none holds a bar, which admission sees to and
`write_record` makes sure of. A further piece is nothing but up to 4,000 bytes of the answer. A
gravestone, ``x1``, keeps a slot that probes pass through after its answer went.
"""

from typing import Any, NamedTuple

from refrain_core.chunked_text import split_utf8, utf8_len

LAYOUT = "v1"
GRAVESTONE = "x1"

PIECE_BYTES = 4_000
"""Bytes of an answer in one value of a map."""

MAX_ANSWER_BYTES = 1_000_000
"""The longest answer that settings may allow: 251 pieces, under the 2 MB of a message."""

HEADER_BYTES = 523
"""The longest line of fields, by the sum in the cache's memory map."""


class Entry(NamedTuple):
    """What is known of a stored answer besides its text.

    Times are nanoseconds since 1970. `sequence` grows with each put. `crossed` is 1 where another
    answer was once put past this slot, so that the slot must never become empty again.
    """

    digest: str
    namespace: str
    stored_at_ns: int
    expires_at_ns: int
    sequence: int
    crossed: int
    finish: str
    model: str
    trust: str
    prompt_tokens: int
    completion_tokens: int
    dropped_messages: int
    dropped_characters: int
    created_at_ns: int
    answer_bytes: int
    pieces: int

    @property
    def keep_until_ns(self) -> int:
        """When the answer stops being kept: in this layout, when it stops being fresh."""
        return self.expires_at_ns


class AnswerText(NamedTuple):
    """A record as it was read: its entry, and the first bytes of its answer."""

    entry: Entry
    first: str


FIELDS = len(Entry._fields)


def write_record(entry: Entry, first: str) -> str:
    """Write an entry and the first piece of its answer.

    Raises:
        ValueError: a field holds the bar that separates fields.
    """
    header = "|".join(map(str, entry))
    if header.count("|") != FIELDS - 1:
        raise ValueError("a field of a record holds a bar")
    return f"{LAYOUT}|{header}|{first}"


def read_record(text: str) -> "AnswerText | None":
    """Read what `write_record` wrote; a gravestone is None.

    Raises:
        ValueError: the text is of another layout.
    """
    if text == GRAVESTONE:
        return None
    layout, *fields = text.split("|", FIELDS + 1)
    if layout != LAYOUT:
        raise ValueError(f"a record of unknown layout {layout[:8]}")
    first = fields.pop()
    return AnswerText(_entry(fields), first)


def holds(text: str, digest: str) -> bool:
    """Tell whether a record is the answer of `digest`, without reading it whole."""
    return text.startswith(f"{LAYOUT}|{digest}|")


def pieces_of(content: str) -> list[str]:
    """Cut an answer into the first piece, which its record holds, and the further ones."""
    return split_utf8(content, PIECE_BYTES)


def entry_bytes(answer: "dict[str, Any]") -> int:
    """Count what an answer takes of the cache's bytes: its text, and a header's full length."""
    return HEADER_BYTES + utf8_len(answer["content"])


def _entry(fields: list[str]) -> Entry:
    stored_at_ns, expires_at_ns, sequence, crossed = map(int, fields[2:6])
    finish, model, trust = fields[6:9]
    prompt, completion, messages, characters, created_at_ns, size, pieces = map(int, fields[9:])
    return Entry(
        fields[0],
        fields[1],
        stored_at_ns,
        expires_at_ns,
        sequence,
        crossed,
        finish,
        model,
        trust,
        prompt,
        completion,
        messages,
        characters,
        created_at_ns,
        size,
        pieces,
    )
