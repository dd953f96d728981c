"""Records of the cache canister's interface."""

from kybra import Opt, Record, Variant, Vec, int64, nat32, nat64, text

from refrain_api.ask_records import Answer
from refrain_api.refusal_variants import Refusal


# An answer to keep under its digest, for the tenant (or "public") that it belongs to.
# sample: its number among the samples of one request; ttl_s goes before cache_control's ttl.
# parts: what explain compares, may be empty; voters: providers that had a say in the answer;
# cost_cycles, cost_ms: what it took to make, which each hit saves.
class PutRequest(Record):
    digest: text
    sample: nat32
    namespace: text
    answer: Answer
    ttl_s: Opt[nat32]
    cache_control: text
    parts: text
    voters: Vec[text]
    cost_cycles: nat64
    cost_ms: nat32


# A failure to remember for so long instead of asking for it again.
class NegativeRequest(Record):
    digest: text
    namespace: text
    refusal: Refusal
    ttl_s: nat32


# A stored answer, how old it is, and how long it stays fresh: below zero it is stale.
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
# request's cache_control has it. Miss carries the reason: "never stored", "expired", "evicted",
# "removed", "not admitted", "purged", "tainted", "max-age", "least-trust", "no-cache".
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


# What a lookup would come to: "hit", "stale", or a miss's reason. nearest: the digest of the latest
# answer to the same messages, and the fields in which the request differs from that one's.
class Explanation(Record):
    verdict: text
    digest: text
    nearest: Opt[text]
    differs: Vec[text]


class ExplainResult(Variant, total=False):
    Explained: Explanation
    Refused: Refusal


# Bounds and default lifetime of the whole cache.
class CacheSettings(Record):
    max_entries: nat32
    max_bytes: nat64
    max_answer_bytes: nat32
    default_ttl_s: nat32


# Bounds of one namespace, 0 for none of its own; policy: "lru", "sieve", "s3fifo" or "cost".
class NamespaceSettings(Record):
    namespace: text
    policy: text
    max_entries: nat32
    max_bytes: nat64


# Counts since install, of the whole or of one namespace; flushed in batches, see docs/cache.md for
# what an upgrade may lose. entries, bytes: what is stored now; rebuilding: banks not yet indexed.
class CacheCounters(Record):
    hits: nat64
    misses: nat64
    expired: nat64
    puts: nat64
    removals: nat64
    evictions: nat64
    stale: nat64
    unfit: nat64
    hidden: nat64
    negatives: nat64
    touched: nat64
    freed: nat64
    bytes_served: nat64
    tokens_saved: nat64
    cycles_saved: nat64
    ms_saved: nat64
    entries: nat64
    bytes: nat64
    rebuilding: nat32


# One row of a list; hidden: "", "purged" or "tainted".
class ListedAnswer(Record):
    digest: text
    sample: nat32
    key: text
    namespace: text
    kind: text
    model: text
    trust: text
    bytes: nat32
    stored_at_s: nat64
    expires_at_s: nat64
    tags: text
    hidden: text


# A page; next: the cursor of the following one, "" at the end.
class AnswerList(Record):
    rows: Vec[ListedAnswer]
    next: text


class ListResult(Variant, total=False):
    Listed: AnswerList
    Refused: Refusal


# An answer on its way from one cache to another, with the sha256 of header and content.
class TransferredAnswer(Record):
    header: text
    content: text
    checksum: text


# A page of them; next: the cursor of the following one, "" at the end.
class TransferPage(Record):
    rows: Vec[TransferredAnswer]
    next: text


class ExportResult(Variant, total=False):
    Exported: TransferPage
    Refused: Refusal


# What became of each answer of a page: "imported", "present", "expired", "damaged", "refused: ...".
class ImportResult(Variant, total=False):
    Imported: Vec[text]
    Refused: Refusal


# What the cache does not show, and since which put.
class HiddenScope(Record):
    scope: text
    since: text
