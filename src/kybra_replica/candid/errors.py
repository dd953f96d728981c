"""What goes wrong at Candid's boundary, in the words of Kybra's candid crate (0.10.10)."""

from __future__ import annotations


class CandidDecodeError(ValueError):
    """A message that does not decode; the text is what the crate prints inside `Custom(…)`."""


class SubtypeMismatch(CandidDecodeError):  # noqa: N818 - the crate's own word for it
    """A value of a type that the expected one does not admit; an `opt` around it recovers."""

    def __init__(self, what: str) -> None:
        """Prefix `what`, as the crate does."""
        super().__init__(f"Subtyping error: {what}")


class CandidTextError(ValueError):
    """Candid text that does not parse, or a value in it that its type does not admit."""


class UnorderedKeyError(TypeError):
    """A map key that has no place in Rust's order: NaN, function and service references."""


def caused_by(summary: str, cause: Exception) -> CandidDecodeError:
    """Chain `cause` under `summary`, laid out like anyhow's debug text."""
    return CandidDecodeError(f"{summary}\n\nCaused by:\n    {cause}")
