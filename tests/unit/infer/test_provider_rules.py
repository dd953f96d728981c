"""Which settings of a provider are accepted."""

from typing import Any

import pytest

from infer_core.provider_rules import (
    check_settings,
    is_loopback,
    provider_from,
    shard_parts,
)


def settings_with(**changes: Any) -> dict[str, Any]:
    """Make good settings, changed."""
    good = {
        "name": "router",
        "url": "https://models.example/v1",
        "model": "qwen-7b@r1:Q4_K_M",
        "remote_model": "org/qwen:pinned",
        "mode": "non_replicated",
        "api_key": None,
        "max_new_tokens": 512,
        "shard_ids": ["worker-0", "worker-1"],
        "form": "openai_chat",
        "template": "",
        "features": [],
    }
    return good | changes


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"url": "http://127.0.0.1:8080"},
        {"url": "http://localhost:1/v1/chat/completions"},
        {"url": "http://[::1]:8080"},
        {"mode": "replicated", "max_new_tokens": 4_096},
        {"api_key": ""},
        {"api_key": "sk-1"},
        {"shard_ids": ["part-0+part-1", "part-2"]},
    ],
)
def test_good_settings_are_taken(changes: dict[str, Any]) -> None:
    """No refusal for what an operator may want."""
    assert check_settings(settings_with(**changes)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "a|b"},
        {"name": "n" * 65},
        {"url": ""},
        {"url": "models.example"},
        {"url": "http://models.example"},
        {"url": "http://127.0.0.1.evil.example"},
        {"url": "ftp://127.0.0.1"},
        {"url": "https://user@models.example"},
        {"url": "http://127.0.0.1:1@evil.example"},
        {"url": "http://127.0.0.1\\@evil.example"},
        {"url": "https://models.example?key=1"},
        {"url": "https:// models.example"},
        {"url": "https://m" + "o" * 1_000},
        {"model": "qwen-7b"},
        {"remote_model": " "},
        {"mode": "flexible"},
        {"max_new_tokens": 0},
        {"max_new_tokens": 4_097},
        {"api_key": "two words"},
        {"api_key": "line\nbreak"},
        {"api_key": "k" * 1_001},
        {"shard_ids": []},
        {"shard_ids": ["a", "a"]},
        {"shard_ids": [""]},
        {"shard_ids": ["a+"]},
        {"shard_ids": ["a+a"]},
        {"shard_ids": ["a/b"]},
        {"shard_ids": [str(number) for number in range(33)]},
    ],
)
def test_bad_settings_are_refused(changes: dict[str, Any]) -> None:
    """Each fault alone is a BadRequest."""
    refusal = check_settings(settings_with(**changes))
    assert refusal is not None
    assert "BadRequest" in refusal


def test_a_refusal_never_shows_the_key() -> None:
    """A bad key is refused without being repeated."""
    assert "secret" not in str(check_settings(settings_with(api_key="my secret key")))


@pytest.mark.parametrize(("given", "kept"), [(None, "old"), ("", ""), ("new", "new")])
def test_an_absent_key_keeps_the_stored_one(given: str | None, kept: str) -> None:
    """None keeps, an empty text removes, another text replaces."""
    assert provider_from(settings_with(api_key=given), "old").api_key == kept


def test_a_shard_is_one_worker_or_its_joined_parts() -> None:
    """The plus sign joins weight parts that one call occupies together."""
    assert shard_parts("worker-0") == ("worker-0",)
    assert shard_parts("part-0+part-1") == ("part-0", "part-1")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:80/v1", True),
        ("http://[::1]:80", True),
        ("https://127.0.0.2", False),
        ("https://models.example/127.0.0.1", False),
    ],
)
def test_loopback_is_told_by_the_host_alone(
    url: str,
    expected: bool,  # noqa: FBT001 - a parameter of a table
) -> None:
    """A path that looks like an address is none."""
    assert is_loopback(url) is expected
