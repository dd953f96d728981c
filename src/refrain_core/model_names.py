"""Names of models: `NAME@REVISION:QUANTIZATION`, all three parts changing the answer."""

from collections.abc import Sequence
from typing import NamedTuple

from refrain_core.limits import MAX_MODEL_CHARACTERS


class ModelName(NamedTuple):
    """The parts of a whole model name."""

    name: str
    revision: str
    quantization: str


def parse_model(text: str) -> "ModelName | None":
    """Split a whole model name, or return None if it is not one.

    The name is of ASCII letters, digits and ``._-/:``; revision and quantization lack ``/:``.
    """
    name, _, version = text.partition("@")
    revision, _, quantization = version.partition(":")
    parts_fit = (
        len(text) <= MAX_MODEL_CHARACTERS
        and text.isascii()
        and _is_part(name.replace("/", "").replace(":", ""), name)
        and _is_part(revision, revision)
        and _is_part(quantization, quantization)
    )
    return ModelName(name, revision, quantization) if parts_fit else None


def resolve_model(text: str, known: Sequence[str]) -> "str | None":
    """Find the one known whole name that `text` means: itself, or the only bearer of a bare name.

    None if no model fits, or if more than one bears the bare name.
    """
    if text in known:
        return text
    if "@" in text:
        return None
    bearers = {whole for whole in known if whole.partition("@")[0] == text}
    return bearers.pop() if len(bearers) == 1 else None


def _is_part(rest: str, part: str) -> bool:
    """Tell whether a part, of which `rest` is to be looked at, has no other letters.

    A set of letters would be asked character by character, at 5,000 instructions each.
    """
    if not part:
        return False
    letters = rest.replace(".", "").replace("_", "").replace("-", "")
    return letters.isalnum() or not letters
