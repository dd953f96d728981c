"""One stored answer by its digest, free and uncounted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.client.cache_shards import CacheShards
from refrain.client.refusal_texts import refusal_text, refused
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from refrain.client.asking import Asked


class NotStored(RefrainError):  # noqa: N818 - named for what it says
    """Nothing is served under a digest; `told` is why, as one key and its value."""

    def __init__(self, message: str, told: dict[str, Any]) -> None:
        """Keep what the cache told beside its text."""
        super().__init__(message)
        self.told = told


def stored_answer(connection: Asked, digest: str) -> dict[str, Any]:
    """Return the CachedAnswer of a digest.

    Raises:
        NotStored: a miss, or a failure that is remembered.
        Refused: it is no digest.
    """
    result = CacheShards(connection).looked_up(digest)
    if "Refused" in result:
        raise refused(result["Refused"])
    if "Miss" in result:
        raise NotStored(f"No answer: {result['Miss']}.", {"miss": result["Miss"]})
    negative = result.get("Negative")
    if negative is not None:
        text = refusal_text(negative["refusal"])
        raise NotStored(
            f"A failure is remembered for {negative['expires_in_s']} s more. {text}",
            {"negative": negative},
        )
    answer: dict[str, Any] = result["Hit"]
    return answer
