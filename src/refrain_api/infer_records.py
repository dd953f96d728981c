"""Records of the infer canister's interface."""

from kybra import Opt, Record, Variant, Vec, nat32, nat64, text

from refrain_api.ask_records import Answer, AskRequest
from refrain_api.refusal_variants import Refusal


# Sample `sample` of a request whose model is named whole; `digest` is its fingerprint.
class InferRequest(Record):
    digest: text
    sample: nat32
    request: AskRequest


# An answer with what it cost: outcalls made, cycles charged of those attached.
class Inference(Record):
    answer: Answer
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


# A provider as the controller states it. mode: "non_replicated" or "replicated".
# path form of the endpoint is OpenAI's chat completions; shard_ids name the workers or
# weight parts that one call occupies; api_key is written once and never read back.
class ProviderSettings(Record):
    name: text
    url: text
    model: text
    remote_model: text
    mode: text
    api_key: Opt[text]
    max_new_tokens: nat32
    shard_ids: Vec[text]


# A provider as anybody may see it: no key, and no URL for strangers.
class ProviderView(Record):
    name: text
    url: text
    model: text
    mode: text
    has_key: text
    max_new_tokens: nat32
    shard_ids: Vec[text]
    calls: nat64
    failures: nat64
    prompt_tokens: nat64
    completion_tokens: nat64
    shards_leased: nat32


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
