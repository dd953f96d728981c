"""The controllers' log: what befell the canister, and nothing that anybody wrote."""

from collections.abc import Callable
from typing import Any

import pytest

Maker = Callable[..., dict[str, Any]]

CYCLES = 10**12
MINUTE_NS = 60 * 10**9
REPLY = {"status": 200, "headers": [], "body": b"answer|stop|9|3|Paris."}
LIMITED = {"status": 429, "headers": [], "body": b'{"retry_after_s":120}'}
CONFIGURED = ["configured local set_provider", "configured - allow_writer"]
EMPTY = {"lines": [], "next": 0}


def lines_of(infer: Any, cursor: int = 0) -> list[str]:
    """Read a page as the owner, without its times."""
    page = infer.act_as("owner").events(cursor)
    return [line.split(" ", 1)[1] for line in page["lines"]]


def asked(infer: Any, request: dict[str, Any], ok: Any = None, err: Any = None) -> None:
    """Ask as the batcher, and answer the one call."""
    infer.act_as("batcher", CYCLES)
    steps, _ = infer.start(request)
    infer.finish(steps, ok, err)


def test_failures_and_circuits_are_noted_and_answers_are_not(
    serving: Any, request_with: Maker
) -> None:
    """Through a limit, the refusals that it brings, the probe and the return."""
    asked(serving, request_with(), REPLY)
    asked(serving, request_with(), LIMITED)
    for _ in range(3):
        serving.act_as("batcher", CYCLES)
        serving.start(request_with())
    serving.platform.now_ns += 2 * MINUTE_NS
    asked(serving, request_with(), REPLY)
    assert lines_of(serving) == [
        *CONFIGURED,
        "failed local RateLimited",
        "circuit local open wait_ms=120000",
        "refused - no_closed_circuit wait_s=120",
        "circuit local probing wait_ms=90000",
        "circuit local closed wait_ms=0",
    ]


def test_a_refused_writer_who_tries_on_is_noted_once_a_minute(
    serving: Any, request_with: Maker
) -> None:
    """So the log still has what was before."""
    asked(serving, request_with(), LIMITED)
    for _ in range(30):
        serving.act_as("batcher", CYCLES)
        serving.start(request_with())
        serving.platform.now_ns += 3 * 10**9
    refused = [line for line in lines_of(serving) if line.startswith("refused")]
    assert 2 <= len(refused) <= 3


def test_a_late_reply_is_noted_with_its_cost(serving: Any, request_with: Maker) -> None:
    """As it was booked."""
    serving.act_as("batcher", CYCLES)
    steps, _ = serving.start(request_with())
    serving.platform.now_ns += 2 * MINUTE_NS
    serving.finish(steps, REPLY)
    assert lines_of(serving, 2) == [f"late local - cycles={serving.platform.accepted}"]


def test_each_change_of_settings_is_noted_without_its_words(
    serving: Any, settings_with: Maker, principal_of: Callable[[str], str]
) -> None:
    """A change that was refused is none."""
    main = serving.act_as("owner")
    budgets = main.status()["Status"]["budgets"]
    friend = principal_of("friend")
    main.set_provider(settings_with(url="ftp://x"))
    changes = [
        main.set_subnet_nodes(34),
        main.set_budgets(budgets),
        main.add_controller(friend),
        main.remove_controller(friend),
        main.deny_writer(friend),
        main.remove_provider("local"),
    ]
    assert all("Ok" in change for change in changes)
    assert lines_of(serving, 2) == [
        "configured - set_subnet_nodes",
        "configured - set_budgets",
        "configured - add_controller",
        "configured - remove_controller",
        "configured - deny_writer",
        "configured local remove_provider",
    ]


@pytest.mark.parametrize(
    "err",
    ["Rejection code 2, Connecting to https://u:sk-secret@h failed: tcp connect error", None],
)
def test_no_line_has_a_text_of_anybodys(serving: Any, request_with: Maker, err: Any) -> None:
    """Neither the provider's, nor the platform's, nor the asker's."""
    body = b'{"error":"sk-secret Capital"}'
    ok = None if err else {"status": 401, "headers": [], "body": body}
    asked(serving, request_with(), ok, err)
    told = str(serving.act_as("owner").events(0))
    assert "failed local" in told
    for secret in ("sk-secret", "Capital", "127.0.0.1", "http"):
        assert secret not in told


def test_only_controllers_read_the_log_and_an_upgrade_begins_a_new_one(serving: Any) -> None:
    """A `next` below the reader's cursor tells of it."""
    for name in ("batcher", "stranger"):
        assert serving.act_as(name).events(0) == EMPTY
    assert lines_of(serving) == CONFIGURED
    assert serving.act_as("owner").events(2) == {"lines": [], "next": 2}
    serving.upgrade()
    assert serving.act_as("owner").events(2) == EMPTY
