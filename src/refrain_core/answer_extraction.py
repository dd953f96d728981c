r"""The final answer of a reply that argues before it answers.

Looked for after the last ``</think>``, in this order: the last balanced ``\boxed{}``; a last line
``A: 18``; the last line that marks it (``#### 18``, ``the answer is 18``, ``Final answer: 18``);
and, where the reply is one short line, that line. A reply that never ended its thinking has no
answer.
"""

from refrain_core.reasoning_text import split_reasoning

MOST_ANSWER_CHARACTERS = 400
"""A longer final answer is prose, and no two of them would ever be equal."""

_BOXES = ("\\boxed{", "\\fbox{")
_LAST_LINE_MARK = "a:"
_LINE_MARKS = ("####",)
_PHRASES = ("answer is", "answer:")
_ORNAMENTS = "*_ \t>:"


def extract_answer(text: str, *, always_thinks: bool = False) -> "str | None":
    """Return the final answer of a reply, or None where it has none."""
    said = split_reasoning(text, always_thinks=always_thinks).answer
    if not said:
        return None
    found = _boxed(said) or _marked(said) or _only_line(said)
    return found if found and len(found) <= MOST_ANSWER_CHARACTERS else None


def _boxed(text: str) -> "str | None":
    """Return what stands in the last box whose braces are balanced."""
    end = len(text)
    while True:
        start = max(text.rfind(box, 0, end) for box in _BOXES)
        if start < 0:
            return None
        inner = _braced(text, text.index("{", start))
        if inner is not None:
            return inner.strip()
        end = start


def _braced(text: str, opening: int) -> "str | None":
    depth = 0
    for place in range(opening, min(len(text), opening + MOST_ANSWER_CHARACTERS + 2)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return text[opening + 1 : place]
    return None


def _marked(text: str) -> "str | None":
    """Return what a line marks as the answer, the last such line first."""
    lines = [line.strip(_ORNAMENTS) for line in text.split("\n") if line.strip(_ORNAMENTS)]
    if lines and lines[-1][: len(_LAST_LINE_MARK)].lower() == _LAST_LINE_MARK:
        return lines[-1][len(_LAST_LINE_MARK) :].strip(_ORNAMENTS)
    for line in reversed(lines):
        found = _behind_mark(line)
        if found:
            return found
    return None


def _behind_mark(line: str) -> "str | None":
    for mark in _LINE_MARKS:
        if line.startswith(mark):
            return line[len(mark) :].strip(_ORNAMENTS)
    lowered = line.lower()
    for phrase in _PHRASES:
        # Lower case may be longer than its capital; then the phrase's place says nothing.
        place = lowered.rfind(phrase) if len(lowered) == len(line) else -1
        if place >= 0:
            return line[place + len(phrase) :].partition(". ")[0].strip(_ORNAMENTS)
    return None


def _only_line(text: str) -> "str | None":
    return None if "\n" in text else text
