"""A reasoning model's text, split into what it thought and what it answered.

Models of the DeepSeek-R1 family write ``<think>thoughts</think>answer``. Chat templates often give
the opening tag themselves, so that it is missing in the text; a reply that was cut off lacks the
closing one. What stands before the last closing tag is thought, whatever it looks like.
"""

from typing import NamedTuple

from refrain_core.blanks import with_plain_blanks

OPENING = "<think>"
CLOSING = "</think>"


class Reasoned(NamedTuple):
    """Thoughts and answer; `answer` is None where the thinking never came to its end."""

    thoughts: str
    answer: "str | None"


def split_reasoning(text: str, *, always_thinks: bool = False) -> Reasoned:
    """Split a reply; `always_thinks` is set for models whose opening tag may be missing."""
    text = with_plain_blanks(text)
    thoughts, closed, answer = text.rpartition(CLOSING)
    if closed:
        return Reasoned(thoughts.removeprefix(OPENING).strip(), answer.strip())
    _, opened, unfinished = text.partition(OPENING)
    if opened or always_thinks:
        return Reasoned((unfinished if opened else text).strip(), None)
    return Reasoned("", text.strip())
