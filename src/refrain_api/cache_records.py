"""Records of the cache canister's interface."""

from kybra import Opt, Record, Variant, int64, nat32, nat64, text

from refrain_api.ask_records import Answer
from refrain_api.refusal_variants import Refusal


# An answer to keep under its digest, for the tenant (or "public") that it belongs to.
class PutRequest(Record):
    digest: text
    namespace: text
    answer: Answer
    ttl_s: Opt[nat32]
    cache_control: text


# A failure to remember for so long instead of asking for it again.
class NegativeRequest(Record):
    digest: text
    namespace: text
    refusal: Refusal
    ttl_s: nat32


# A stored answer, how old it is, and how long it stays fresh: below zero, how long it has not been.
class CachedAnswer(Record):
    answer: Answer
    digest: text
    key: text
    namespace: text
    age_s: nat32
    expires_in_s: int64


# A remembered failure, and how long it still is.
class CachedRefusal(Record):
    refusal: Refusal
    key: text
    age_s: nat32
    expires_in_s: nat32


# Stale is to be served and renewed, StaleIfError to be served if the model fails, both as the
# request's cache_control has it. Miss carries the reason: "never stored", "expired", "max-age",
# "least-trust", "no-cache".
class LookupResult(Variant, total=False):
    Hit: CachedAnswer
    Stale: CachedAnswer
    StaleIfError: CachedAnswer
    Negative: CachedRefusal
    Miss: text
    Refused: Refusal


# What a put did: its key, how many entries it evicted to make room.
class StoredAnswer(Record):
    key: text
    evicted: nat32


class PutResult(Variant, total=False):
    Stored: StoredAnswer
    Refused: Refusal


# Bounds and default lifetime of the cache.
class CacheSettings(Record):
    max_entries: nat32
    max_bytes: nat64
    max_answer_bytes: nat32
    default_ttl_s: nat32


# Counts since install; flushed in batches, see docs for what an upgrade may lose.
class CacheCounters(Record):
    hits: nat64
    misses: nat64
    expired: nat64
    puts: nat64
    removals: nat64
    evictions: nat64
    entries: nat64
    bytes: nat64
    rebuilding: nat32
