"""What a caller asks, and what a model answered."""

from kybra import Opt, Record, Vec, nat32, nat64, text


# One message of a chat; `role` is "system", "user" or "assistant".
class ChatMessage(Record):
    role: text
    content: text


# How an answer is voted on: `votes` samples are asked, and `quorum` of them must agree.
# strategy: "exact", "normalised", "extracted", "json:PATH", "medoid" or "medoid:PERMILLE".
# spread: the samples differ by "seeds", or are asked of the "providers" or "models" in `among`.
# tie_rule: None calls a tie no agreement; "first_listed" or "last_listed" decides it.
# stop_permille: None ends a vote early once it is certain; else once it is so likely, 501 to 999.
# weights: "equal", or "record" for how often each provider agreed with earlier verdicts.
class ConsensusPolicy(Record):
    votes: nat32
    quorum: nat32
    strategy: text
    spread: text
    among: Vec[text]
    tie_rule: Opt[text]
    stop_permille: Opt[nat32]
    weights: text


# A prompt with every field that changes its answer.
# namespace: None is the caller's own, "public" is shared by all, "shared:NAME" by its members.
# model: "NAME@REVISION:QUANTIZATION"; the batcher also takes a bare NAME that only one model bears.
# temperature_micros, top_p_micros: millionths, so that 0 and 0.0 are one request.
# response_format: None, "json_object", or a JSON schema as text.
# extra: all further parameters of OpenAI's form as the text of one JSON object; part of the key.
# cache_control: RFC 9111 directives as one text; never part of the key.
# consensus: None takes what one sample says; a policy is part of the key.
class AskRequest(Record):
    namespace: Opt[text]
    model: text
    messages: Vec[ChatMessage]
    max_tokens: Opt[nat32]
    temperature_micros: Opt[nat32]
    top_p_micros: Opt[nat32]
    seed: Opt[nat64]
    stop: Vec[text]
    response_format: Opt[text]
    extra: Opt[text]
    cache_control: Opt[text]
    consensus: Opt[ConsensusPolicy]


# One complete or cut answer.
# finish: "stop", "length" (the caller's own max_tokens) or "budget" (cut by Refrain; never stored).
# trust: "single_node", "replicated", "quorum K/N", "multi_provider K/N" or "onchain".
# dropped_messages, dropped_characters: what truncation left out of the prompt.
class Answer(Record):
    content: text
    finish: text
    model: text
    trust: text
    prompt_tokens: nat32
    completion_tokens: nat32
    dropped_messages: nat32
    dropped_characters: nat32
    created_at_ns: nat64
