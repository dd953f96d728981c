"""Which providers take what a request asks beyond the common: it is asked, or refused.

llama.cpp's server ignores a name that it does not know, so that an answer would be stored under a
parameter that had no part in it. A provider on loopback is one, and takes the names listed here.
What others know cannot be listed: they get every name, and refuse what they do not take.
"""

from collections.abc import Sequence
from typing import Any

from infer_core.provider_rules import Provider, is_loopback
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


def takers(
    serving: Sequence[Provider], request: dict[str, Any]
) -> "list[Provider] | dict[str, Any]":
    """Keep the providers that take a checked request's `extra`, or refuse it where none does."""
    names = parse_extra(request.get("extra"))
    unknown = sorted(name for name in names if name not in LLAMA_CPP_NAMES)
    able = [one for one in serving if not unknown or not is_loopback(one.url)]
    if able:
        return able
    return bad_request(f"extra: llama.cpp, which serves this model, does not take {unknown[0]}")


def continuers(serving: Sequence[Provider], so_far: str) -> "list[Provider] | dict[str, Any]":
    """Keep the providers that can continue `so_far`, or refuse it where none can.

    Only of llama.cpp's server it is known that an assistant's last message is continued.
    """
    able = [one for one in serving if not so_far or is_loopback(one.url)]
    return able or bad_request("so_far: no provider of this model can continue an answer")
