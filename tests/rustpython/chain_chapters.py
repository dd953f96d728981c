"""Models' canisters: plans, runs, replies and rejects."""

from typing import Any

from infer_core import chain_plan, inference, inference_results, parameter_support, provider_rules
from infer_core.backends import dfinity_llm, llama_cpp_canister, turns
from tests.rustpython.infer_inputs import DIGEST, FAR, LOCAL, REJECTS, TEXT
from tests.rustpython.inputs import TEXTS, Inputs, ask, inference_of
from tests.rustpython.recording import Recording

LLAMA = TEXT._replace(url="canister:aaaaa-aa", form="llama_cpp_canister", mode="onchain")
LLM = LLAMA._replace(form="dfinity_llm", template="")


def add(book: Recording) -> None:
    """Record all chapters."""
    plans(book)
    runs(book)
    chats(book)


def output(text: str = "", **fields: Any) -> dict[str, Any]:
    """Make a run's output."""
    told = {"status_code": 200, "output": text, "prompt_remaining": "", "generated_eog": False}
    return {"Ok": told | {"n_prompt_tokens": None, "n_tokens_generated": None} | fields}


def asked(provider: Any, **fields: Any) -> Any:
    """Make an asking of one turn."""
    request = ask(**fields)
    return turns.Asking(provider, request, (turns.Turn(request["messages"], "é"),), 9, 7)


def plans(book: Recording) -> None:
    """What a canister's asking is, costs and may become."""
    book.chapter("infer: plans of chain calls")
    for provider in (LLAMA, LLM):
        book.call(chain_plan.plan_chain, asked(provider), DIGEST + "-1")
        prepared = book.call(inference.prepare, provider, inference_of(ask("é"), sample=1))
        book.call(inference_results.whole_cost, prepared)
        book.call(parameter_support.continues, provider)
        for request in (ask(), ask(seed=1), ask(stop=["x"]), ask(extra='{"a":1}')):
            book.call(parameter_support.takers, [provider], request)
        for transport in (None, "replicated"):
            book.call(parameter_support.carriers, [provider], transport)
        settings = provider._asdict() | {"shard_ids": ["a"], "features": []}
        for url in (provider.url, "aaaaa-aa", "canister:"):
            book.call(provider_rules.check_settings, settings | {"url": url})
            book.call(provider_rules.canister_of, url)
    book.call(parameter_support.carriers, [LLAMA, LOCAL, FAR], "replicated")
    for text in REJECTS:
        book.call(chain_plan.chain_refusal, text)
    for text in ("IC0536: x", "IC0522: x", "failed to decode x", "x is stopped"):
        book.call(chain_plan.chain_refusal, f"Rejection code 5, {text}")


def runs(book: Recording) -> None:
    """An answer written over calls, to each of its ends."""
    book.chapter("infer: runs of a model's canister")
    made = Inputs(26)
    ends = [output("x<|im_end|>", generated_eog=True), output("END"), output("y" * 80)]
    ends += [{"Err": {"status_code": 401}}, {"Err": {"status_code": 70_000}}, {}]
    for end in ends:
        for temperature in (None, 0, 700_000):
            one = asked(LLAMA, temperature_micros=temperature, stop=["END"])
            run = book.call(llama_cpp_canister.started, one, "f.cache")
            for reply in (
                output(prompt_remaining="x"),
                output(n_prompt_tokens=5),
                output(made.random.choice(TEXTS), n_tokens_generated=2),
                end,
            ):
                book.call(llama_cpp_canister.run_args, run)
                run = book.call(llama_cpp_canister.advanced, run, reply)
                if not isinstance(run, llama_cpp_canister.Run):
                    break
    for reply in ends[3:]:
        book.call(llama_cpp_canister.chat_refusal, reply)
    book.call(llama_cpp_canister.file_args, "f")


def chats(book: Recording) -> None:
    """Conversations for the LLM canister, short and too long."""
    book.chapter("infer: chats of the LLM canister")
    made = Inputs(27)
    conversations = [made.messages(40) for _ in range(20)]
    conversations += [ask()["messages"] * 11, ask("é" * 6_000)["messages"]]
    for messages in conversations:
        one = asked(LLM, messages=messages)
        book.call(dfinity_llm.llm_request, one)
        book.call(dfinity_llm.refuse_long_chat, one)
    for content in ("é", "", None):
        book.call(dfinity_llm.read_response, {"message": {"content": content}})
