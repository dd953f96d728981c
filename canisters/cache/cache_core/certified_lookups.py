"""Hits with what proves them; privacy and freshness are those of every other lookup."""

from typing import Any

from cache_core import fast_lookups, lookups
from cache_core.answer_cache import AnswerCache
from cache_core.lookup_results import miss
from refrain_core.served_texts import (
    MISS,
    CertifiedText,
    certified_text,
    parse_served,
    uncertified_text,
)

_HIT_PREFIX = "hit|"


def hit_text(
    cache: AnswerCache, digest: str, sees: lookups.Sees, now_ns: int, certificate: "bytes | None"
) -> str:
    """Return a fresh answer's record with its proof, or without and why, as one text."""
    record = fast_lookups.plain_record(cache, digest, sees, now_ns)
    if record is None:
        told = fast_lookups.hit_text(cache, digest, sees, now_ns)
        if told.startswith(MISS):
            return told
        record = told[len(_HIT_PREFIX) :]
    proof = None if certificate is None else cache.certified.proof(digest)
    if proof is None or certificate is None:
        return uncertified_text(*cache.certified.progress(len(cache.index)), record)
    salt, witness = proof
    return certified_text(salt, certificate.hex(), witness, record)


def look(
    cache: AnswerCache, digest: str, sees: lookups.Sees, now_ns: int, certificate: "bytes | None"
) -> Any:
    """Return the same as CertifiedResult, with the answer read out of its record."""
    found = lookups.look(cache, digest, sees, now_ns)
    if "Refused" in found:
        return found
    if "Hit" not in found:
        return miss(found.get("Miss", lookups.FAILURE))
    served = parse_served(hit_text(cache, digest, sees, now_ns, certificate))
    if isinstance(served, CertifiedText):
        return {"Certified": dict(served._asdict(), answer=found["Hit"])}
    certified, in_all = cache.certified.progress(len(cache.index))
    rows = {"certified_rows": certified, "all_rows": in_all}
    return {"Uncertified": dict(rows, answer=found["Hit"])}
