"""What a provider is, and which settings of one are refused."""

from typing import Any, NamedTuple

from infer_core.chat_templates import TEMPLATES
from refrain_core.access import is_principal_text
from refrain_core.model_names import parse_model
from refrain_core.refusals import bad_request

NON_REPLICATED = "non_replicated"
REPLICATED = "replicated"
IDEMPOTENCY_PROXY = "idempotency_proxy"
MODES = (NON_REPLICATED, REPLICATED, IDEMPOTENCY_PROXY)
"""Transports of HTTP: one node asks, or all do, or all do through a proxy that asks once."""

ONCHAIN = "onchain"
"""The one transport of models' canisters: calls between canisters."""

_CANISTER = "canister:"

OPENAI_CHAT = "openai_chat"
OPENAI_COMPLETIONS = "openai_completions"
HF_TEXT_GENERATION = "hf_text_generation"
LLAMA_CPP_CANISTER = "llama_cpp_canister"
DFINITY_LLM = "dfinity_llm"
HTTP_FORMS = (OPENAI_CHAT, OPENAI_COMPLETIONS, HF_TEXT_GENERATION)
CHAIN_FORMS = (LLAMA_CPP_CANISTER, DFINITY_LLM)
FORMS = HTTP_FORMS + CHAIN_FORMS
"""How a provider's endpoint wants to be asked."""

LLAMA_CPP = "llama_cpp"
"""The server is llama.cpp's: it knows just its parameters' names, and keeps a prompt cache."""

PREFILL = "prefill"
"""It continues an assistant's last message; a prompt that is one text goes on without."""

LISTS = "lists"
"""It takes a list of prompts at the path of completions."""

FEATURES = (LLAMA_CPP, PREFILL, LISTS)

MAX_NAME_CHARACTERS = 64
MAX_URL_CHARACTERS = 1_000
MAX_REMOTE_MODEL_CHARACTERS = 200
MAX_KEY_CHARACTERS = 1_000
MAX_SHARDS = 32
MAX_PROVIDERS = 64
MOST_NEW_TOKENS = 4_096
"""More would never arrive within an outcall's 30 seconds."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Provider(NamedTuple):
    """Where a model is served, how it is asked, and by which workers; `api_key` "" is none."""

    name: str
    url: str
    model: str
    remote_model: str
    mode: str
    api_key: str
    max_new_tokens: int
    shard_ids: tuple[str, ...]
    form: str = OPENAI_CHAT
    template: str = ""
    features: tuple[str, ...] = ()


def check_settings(settings: dict[str, Any]) -> dict[str, Any] | None:
    """Return the refusal of a provider's settings, which never shows the key, or None."""
    return (
        _check_words(settings)
        or _check_place(settings["form"], settings["url"], settings["mode"])
        or _check_key(settings["api_key"])
        or _check_shards(settings["shard_ids"])
        or _check_form(settings["form"], settings["template"], settings["features"])
    )


def provider_from(settings: dict[str, Any], stored_key: str) -> Provider:
    """Make a provider of checked settings; an absent key keeps the stored one, "" removes it."""
    given = settings["api_key"]
    return Provider(
        settings["name"],
        settings["url"].rstrip("/"),
        settings["model"],
        settings["remote_model"],
        settings["mode"],
        stored_key if given is None else given,
        settings["max_new_tokens"],
        tuple(settings["shard_ids"]),
        settings["form"],
        settings["template"],
        tuple(settings["features"]),
    )


def shard_parts(shard_id: str) -> tuple[str, ...]:
    """List what one shard occupies: a worker, or weight parts written as ``part-0+part-1``."""
    return tuple(shard_id.split("+"))


def canister_of(url: str) -> str:
    """Return the principal in ``canister:PRINCIPAL``, which stands for a URL."""
    return url.removeprefix(_CANISTER)


def is_loopback(url: str) -> bool:
    """Tell whether a checked URL points to this very machine."""
    return _hostname(url) in _LOOPBACK


def features_of_old(url: str) -> tuple[str, ...]:
    """Return the features of a provider that was stored before they were stated."""
    return (LLAMA_CPP, PREFILL) if is_loopback(url) else ()


def _check_form(form: str, template: str, features: list[str]) -> dict[str, Any] | None:
    if form not in FORMS:
        return bad_request(f"form: choose one of {', '.join(FORMS)}")
    if template and template not in TEMPLATES:
        return bad_request(f"template: leave it empty, or choose one of {', '.join(TEMPLATES)}")
    if not set(FEATURES).issuperset(features) or len(set(features)) != len(features):
        return bad_request(f"features: name each once, of {', '.join(FEATURES)}")
    if not template and (form not in (OPENAI_CHAT, DFINITY_LLM) or LISTS in features):
        return bad_request("template: prompts that are sent as one text need one")
    if form not in (OPENAI_CHAT, OPENAI_COMPLETIONS) and features:
        return bad_request("features: only OpenAI's forms have any")
    return None


def _check_words(settings: dict[str, Any]) -> dict[str, Any] | None:
    if not _is_word(settings["name"]):
        return bad_request("a provider's name is 1 to 64 ASCII letters, digits, '.', '_' or '-'")
    if parse_model(settings["model"]) is None:
        return bad_request("model: name it whole, as NAME@REVISION:QUANTIZATION")
    if not _is_printable(settings["remote_model"], MAX_REMOTE_MODEL_CHARACTERS):
        return bad_request("remote_model: give the provider's own name of the model, in ASCII")
    if not 1 <= settings["max_new_tokens"] <= MOST_NEW_TOKENS:
        return bad_request(f"max_new_tokens: choose 1 to {MOST_NEW_TOKENS}")
    return None


def _check_place(form: str, url: str, mode: str) -> dict[str, Any] | None:
    if form not in CHAIN_FORMS:
        if mode not in MODES:
            return bad_request(f"mode: choose one of {', '.join(MODES)}")
        return _check_url(url)
    if mode != ONCHAIN:
        return bad_request("mode: a model's canister is asked onchain")
    if url.startswith(_CANISTER) and is_principal_text(canister_of(url)):
        return None
    return bad_request("url: name a model's canister as canister:PRINCIPAL")


def _check_url(url: str) -> dict[str, Any] | None:
    scheme, separator, _ = url.partition("://")
    hostname = _hostname(url)
    plain = _is_printable(url, MAX_URL_CHARACTERS) and not any(sign in url for sign in ' @?#\\"<>')
    if not (separator and hostname and plain):
        return bad_request("url: give https://HOST[:PORT][/PATH] without user, query or fragment")
    if scheme == "https" or (scheme == "http" and hostname in _LOOPBACK):
        return None
    return bad_request("url: only https, or http on loopback, keeps prompts and keys private")


def _check_key(api_key: str | None) -> dict[str, Any] | None:
    if not api_key or (_is_printable(api_key, MAX_KEY_CHARACTERS) and " " not in api_key):
        return None
    return bad_request("api_key: 1 to 1,000 printable ASCII characters without blanks")


def _check_shards(shard_ids: list[str]) -> dict[str, Any] | None:
    if not 1 <= len(shard_ids) <= MAX_SHARDS or len(set(shard_ids)) != len(shard_ids):
        return bad_request(f"shard_ids: name 1 to {MAX_SHARDS} different shards")
    for shard_id in shard_ids:
        parts = shard_parts(shard_id)
        named = len(shard_id) <= MAX_NAME_CHARACTERS and all(_is_word(part) for part in parts)
        if not named or len(set(parts)) != len(parts):
            return bad_request("shard_ids: a shard is a word, or different words joined by '+'")
    return None


def _hostname(url: str) -> str:
    authority = url.partition("://")[2].partition("/")[0]
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0]


def _is_word(text: str) -> bool:
    return 1 <= len(text) <= MAX_NAME_CHARACTERS and _LETTERS.issuperset(text)


def _is_printable(text: str, limit: int) -> bool:
    return 1 <= len(text) <= limit and text.isascii() and text.isprintable() and not text.isspace()
