"""Records of the infer canister's interface."""

from kybra import Opt, Record, Variant, Vec, nat8, nat32, nat64, text

from refrain_api.ask_records import Answer, AskRequest
from refrain_api.refusal_variants import Refusal


# Sample `sample` of a request whose model is named whole; `digest` is its fingerprint.
# provider: ask just the one of this name; None leaves the choice to the canister.
# transport: "replicated", "non_replicated" or "idempotency_proxy"; None is the provider's own.
# so_far: the assistant's text of earlier rounds, which the answer continues; "" at first.
# The seed sent is (seed + sample) mod 2**32. Where none is given, the digest's first 32 bits
# stand for it if nodes must agree or `sample` is above 0; else the provider draws one.
class InferRequest(Record):
    digest: text
    sample: nat32
    request: AskRequest
    provider: Opt[text]
    transport: Opt[text]
    so_far: text


# An answer with what it cost: outcalls made, cycles charged of those attached.
# answer: of a continued one only the text that is new. provider: the name of who answered.
# continues: "yes" where a round's own bound cut it, and its provider can go on from there.
class Inference(Record):
    answer: Answer
    provider: text
    continues: text
    outcalls: nat32
    charged_cycles: nat64


# A failure with what it cost all the same.
class InferenceFailure(Record):
    refusal: Refusal
    outcalls: nat32
    charged_cycles: nat64


class InferResult(Variant, total=False):
    Inferred: Inference
    Failed: InferenceFailure


# What became of several requests asked by one outcall, in their order: up to 16 of equal provider,
# model, parameters and transport. Their charged_cycles sum up to those of the whole, exactly.
class InferMany(Record):
    items: Vec[InferResult]
    outcalls: nat32
    charged_cycles: nat64


# Refused: nothing was asked of anybody, and nothing charged.
class InferManyResult(Variant, total=False):
    Many: InferMany
    Refused: Refusal


# A provider as the controller states it.
# mode: "non_replicated", "replicated", "idempotency_proxy" (all nodes ask a proxy that asks once
# for each Idempotency-Key); of a model's canister "onchain", whose url is "canister:PRINCIPAL".
# form: how its endpoint is asked: "openai_chat", "openai_completions", "hf_text_generation",
# "llama_cpp_canister" or "dfinity_llm".
# template: how a conversation is written as one text: "chatml", "smollm2", "deepseek-r1", "plain",
# or "" where only messages are sent.
# features: "llama_cpp" (it is llama.cpp's server), "prefill" (it continues an assistant's last
# message), "lists" (it takes a list of prompts).
# shard_ids name the workers or weight parts that one call occupies; api_key is written once and
# never read back.
class ProviderSettings(Record):
    name: text
    url: text
    model: text
    remote_model: text
    mode: text
    api_key: Opt[text]
    max_new_tokens: nat32
    shard_ids: Vec[text]
    form: text
    template: text
    features: Vec[text]


# A provider as anybody may see it: no key, and no URL for strangers.
# circuit: "closed" where calls go through, "open" where none does for well_in_s seconds, "probing"
# while one call is out to see whether it is well again.
class ProviderView(Record):
    name: text
    url: text
    model: text
    mode: text
    has_key: text
    max_new_tokens: nat32
    shard_ids: Vec[text]
    form: text
    template: text
    features: Vec[text]
    calls: nat64
    failures: nat64
    prompt_tokens: nat64
    completion_tokens: nat64
    shards_leased: nat32
    circuit: text
    well_in_s: nat32


# The counts of the infer canister since install.
class InferCounters(Record):
    inferences: nat64
    outcalls: nat64
    failures: nat64
    late_replies: nat64
    charged_cycles: nat64
    leases_held: nat32


# What one inference would cost: the fee to attach, and what is held while it is out.
class InferQuote(Record):
    fee_cycles: nat64
    held_cycles: nat64


class InferQuoteResult(Variant, total=False):
    Quoted: InferQuote
    Refused: Refusal


# What a request costs by one transport: "replicated", "non_replicated", "idempotency_proxy" or
# "flexible". pricing_version: 1 is charged today; 2 is told by its formulas.
class TransportQuote(Record):
    transport: text
    pricing_version: nat8
    fee_cycles: nat64


class TransportQuotesResult(Variant, total=False):
    Quoted: Vec[TransportQuote]
    Refused: Refusal
