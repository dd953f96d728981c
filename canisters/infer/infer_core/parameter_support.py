"""Which providers take what a request asks beyond the common: it is asked, or refused.

llama.cpp's server ignores a name that it does not know, so that an answer would be stored under a
parameter that had no part in it. A provider of that feature takes the names listed here.
What others know cannot be listed: they get every name, and refuse what they do not take.
"""

from collections.abc import Sequence
from typing import Any

from infer_core.backends.dfinity_llm import UNTAKEN
from infer_core.provider_rules import (
    CHAIN_FORMS,
    DFINITY_LLM,
    HTTP_FORMS,
    LISTS,
    LLAMA_CPP,
    OPENAI_CHAT,
    OPENAI_COMPLETIONS,
    PREFILL,
    Provider,
)
from refrain_core.extra_parameters import SCHEMA_OPTIONS, parse_extra
from refrain_core.refusals import bad_request

LLAMA_CPP_NAMES = frozenset(
    [
        *("top_k", "min_p", "typical_p", "top_n_sigma", "xtc_probability", "xtc_threshold"),
        *("dynatemp_range", "dynatemp_exponent", "repeat_last_n", "repeat_penalty"),
        *("presence_penalty", "frequency_penalty", "dry_multiplier", "dry_base"),
        *("dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers"),
        *("mirostat", "mirostat_tau", "mirostat_eta", "logit_bias", "ignore_eos"),
        *("samplers", "min_keep", "grammar", "reasoning_format", "chat_template_kwargs"),
        *("tools", "tool_choice", "parallel_tool_calls", SCHEMA_OPTIONS),
    ]
)
"""What llama.cpp's server reads of a chat completions request, beside the fields of AskRequest."""

OF_CHATS = frozenset(
    [
        *("reasoning_format", "chat_template_kwargs", "tools", "tool_choice"),
        *("parallel_tool_calls", SCHEMA_OPTIONS),
    ]
)
"""Those of them that have a meaning for chats only, not for one text."""


def takers(
    serving: Sequence[Provider], request: dict[str, Any]
) -> "list[Provider] | dict[str, Any]":
    """Keep the providers that take what a checked request asks, or refuse it where none does."""
    names = parse_extra(request.get("extra"))
    refusal: dict[str, Any] = {}
    able = []
    for provider in serving:
        unknown = _unknown_name(provider, names)
        if unknown:
            refusal = bad_request(f"extra: this model's server does not take {unknown}")
        elif _untaken(provider, request):
            name = _untaken(provider, request)
            refusal = bad_request(f"{name}: this model's server takes none: leave it out")
        else:
            able.append(provider)
    return able or refusal


def continuers(serving: Sequence[Provider], so_far: str) -> "list[Provider] | dict[str, Any]":
    """Keep the providers that can continue `so_far`, or refuse it where none can."""
    able = [one for one in serving if not so_far or continues(one)]
    return able or bad_request("so_far: no provider of this model can continue an answer")


def carriers(
    serving: Sequence[Provider], transport: "str | None"
) -> "list[Provider] | dict[str, Any]":
    """Keep the providers that can be asked by a transport, or refuse it where none can."""
    able = [one for one in serving if transport is None or one.form in HTTP_FORMS]
    return able or bad_request("transport: this model's canister is asked onchain: leave it out")


def list_takers(serving: Sequence[Provider]) -> "list[Provider] | dict[str, Any]":
    """Keep the providers that take a list of prompts, in the form in which they take it."""
    able = [one._replace(form=OPENAI_COMPLETIONS) for one in serving if LISTS in one.features]
    return able or bad_request("no provider of this model takes a list: ask one by one")


def continues(provider: Provider) -> bool:
    """Tell whether a provider continues an answer: one text goes on, a chat where it says so."""
    return provider.form not in (OPENAI_CHAT, DFINITY_LLM) or PREFILL in provider.features


def _unknown_name(provider: Provider, names: dict[str, Any]) -> str:
    if names and provider.form in CHAIN_FORMS:
        return min(names)
    if LLAMA_CPP not in provider.features:
        return ""
    of_text = frozenset() if provider.form == OPENAI_CHAT else OF_CHATS
    unknown = [name for name in sorted(names) if name not in LLAMA_CPP_NAMES or name in of_text]
    return unknown[0] if unknown else ""


def _untaken(provider: Provider, request: dict[str, Any]) -> str:
    """Name the first field of a request that a provider would ignore, or ""."""
    unknown: tuple[str, ...] = ()
    is_text = provider.form == OPENAI_COMPLETIONS and LLAMA_CPP not in provider.features
    if is_text or provider.form in CHAIN_FORMS:
        unknown = ("response_format",)
    if provider.form == DFINITY_LLM:
        unknown = (*unknown, *UNTAKEN)
        if request["stop"]:
            return "stop"
    stated = [name for name in unknown if request[name] is not None]
    return stated[0] if stated else ""
