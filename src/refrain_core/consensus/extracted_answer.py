"""Agreement of final answers, by value where they are mathematical."""

from refrain_core.answer_extraction import extract_answer
from refrain_core.consensus.math_forms import math_form


def extracted_form(content: str) -> "str | None":
    """Return the form of the final answer; None where the reply has none."""
    answer = extract_answer(content)
    return None if answer is None else math_form(answer)
