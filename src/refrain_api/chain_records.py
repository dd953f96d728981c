"""Models' canisters, as the infer canister calls them; their Candid is their authors'.

llama_cpp_canister: https://github.com/onicai/llama_cpp_canister; DFINITY's LLM canister:
https://github.com/dfinity/llm. Fields that are not needed are left out, which Candid allows.
"""

from kybra import Opt, Record, Service, Variant, Vec, nat16, nat64, service_update, text


# The arguments of llama.cpp's command line.
class LlamaInput(Record):
    args: Vec[text]


# generated_eog: the model ended its answer. The two counts are told by newer canisters only.
class LlamaOutput(Record):
    status_code: nat16
    output: text
    prompt_remaining: text
    generated_eog: bool
    n_prompt_tokens: Opt[nat64]
    n_tokens_generated: Opt[nat64]


class LlamaOutcome(Variant, total=False):
    Ok: LlamaOutput
    Err: LlamaOutput


# llama_cpp_canister, as its callers use it.
class LlamaCanister(Service):
    @service_update
    def new_chat(self, args: LlamaInput) -> LlamaOutcome: ...

    @service_update
    def run_update(self, args: LlamaInput) -> LlamaOutcome: ...

    @service_update
    def remove_prompt_cache(self, args: LlamaInput) -> LlamaOutcome: ...


# What a user or the system said.
class LlmText(Record):
    content: text


# Of a tool call only that there is one.
class LlmToolCall(Record):
    id: text


# What the model said; no content where it calls tools.
class LlmAssistant(Record):
    content: Opt[text]
    tool_calls: Vec[LlmToolCall]


class LlmMessage(Variant, total=False):
    user: LlmText
    system: LlmText
    assistant: LlmAssistant


# A conversation, without the tools that a model might call.
class LlmRequest(Record):
    model: text
    messages: Vec[LlmMessage]


# The answer.
class LlmResponse(Record):
    message: LlmAssistant


# DFINITY's LLM canister.
class LlmCanister(Service):
    @service_update
    def v1_chat(self, request: LlmRequest) -> LlmResponse: ...
