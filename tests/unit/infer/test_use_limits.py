"""Limits that controllers set on providers and writers, and what is refused by them."""

from collections.abc import Callable
from typing import Any

import pytest

from infer_core.spend_limits import MOST_LIMITED
from refrain_core.inference_texts import inference_head

Maker = Callable[..., dict[str, Any]]

CYCLES = 10**12
SECOND = 10**9
REPLY = {"status": 200, "headers": [], "body": b"answer|stop|9|3|Paris."}
LIST_FEATURES = ["llama_cpp", "lists"]
UNTIL_MINUTE_S = 40
"""The stand-in's clock begins 20 s into a minute."""


def limits_of(calls: int = 0, cycles: int = 0) -> dict[str, int]:
    """Make a record of limits."""
    return {"calls_per_minute": calls, "cycles_per_day": cycles}


def limit(infer: Any, subject: str, calls: int = 0, cycles: int = 0) -> None:
    """Set limits as the owner."""
    reply = infer.act_as("owner").set_limits(subject, limits_of(calls, cycles))
    assert reply == {"Ok": subject}


def asked(infer: Any, request: dict[str, Any]) -> Any:
    """Ask as the batcher and answer the call, if one goes out."""
    infer.act_as("batcher", CYCLES)
    steps, result = infer.start(request)
    return result if steps is None else infer.finish(steps, REPLY)


def refused_s(result: Any) -> int:
    """Return the seconds of a refusal that cost nothing."""
    failed = result["Failed"]
    assert (failed["outcalls"], failed["charged_cycles"]) == (0, 0)
    return int(failed["refusal"]["RateLimited"]["retry_after_s"])


@pytest.fixture
def writer(principal_of: Callable[[str], str]) -> str:
    """Name the writer as a subject of limits."""
    return f"writer/{principal_of('batcher')}"


@pytest.mark.parametrize("kind", ["provider", "writer"])
def test_calls_beyond_a_minutes_limit_take_nothing(
    serving: Any, request_with: Maker, writer: str, kind: str
) -> None:
    """No lease, no cycle; the next minute begins anew."""
    limit(serving, writer if kind == "writer" else "provider/local", calls=2)
    for _ in range(2):
        assert "Inferred" in asked(serving, request_with())
    before = serving.platform.accepted
    assert refused_s(asked(serving, request_with())) == UNTIL_MINUTE_S
    assert (serving.platform.maps[1], serving.platform.accepted) == ({}, before)
    serving.platform.now_ns += UNTIL_MINUTE_S * SECOND
    assert "Inferred" in asked(serving, request_with())


def test_the_call_that_reaches_a_days_cycles_is_the_last(
    serving: Any, request_with: Maker, writer: str
) -> None:
    """The day's window is told in place of the minute's."""
    limit(serving, writer, calls=1, cycles=1)
    assert "Inferred" in asked(serving, request_with())
    wait_s = refused_s(asked(serving, request_with()))
    assert (serving.platform.now_ns // SECOND + wait_s) % 86_400 == 0
    (row,) = serving.act_as("owner").usage()
    assert row["cycles_today"] == serving.platform.accepted
    serving.platform.now_ns += wait_s * SECOND
    assert "Inferred" in asked(serving, request_with())


def test_another_provider_stands_in_for_one_that_used_all(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """Until both did; the shorter wait is told."""
    serving.act_as("owner").set_provider(settings_with(name="second"))
    limit(serving, "provider/local", cycles=1)
    limit(serving, "provider/second", calls=1)
    names = [asked(serving, request_with())["Inferred"]["provider"] for _ in range(2)]
    assert names == ["local", "second"]
    assert refused_s(asked(serving, request_with())) == UNTIL_MINUTE_S


def test_a_further_call_for_one_sample_counts_too(
    serving: Any, request_with: Maker, settings_with: Maker, writer: str
) -> None:
    """The first failure stands where the writer may ask no further."""
    serving.act_as("owner").set_provider(settings_with(name="second"))
    limit(serving, writer, calls=1)
    serving.act_as("batcher", CYCLES)
    steps, _ = serving.start(request_with())
    failed = serving.finish(steps, {"status": 401, "headers": [], "body": b"{}"})["Failed"]
    assert failed["refusal"]["ProviderError"]["status"] == 401
    assert failed["outcalls"] == 1


def test_all_three_ways_to_ask_are_limited_alike(
    serving: Any, request_with: Maker, settings_with: Maker, writer: str
) -> None:
    """By records, by texts, and in lists, each of which is one call."""
    settings = settings_with(template="chatml", features=LIST_FEATURES)
    serving.act_as("owner").set_provider(settings)
    limit(serving, writer, calls=1)
    requests = [request_with(digest=f"{number:064x}") for number in range(3)]
    main = serving.act_as("batcher", CYCLES)
    next(main.infer_many(requests))
    (row,) = serving.act_as("owner").usage()
    assert row["calls_this_minute"] == 1
    assert refused_s(asked(serving, requests[0])) == UNTIL_MINUTE_S
    main = serving.act_as("batcher", CYCLES)
    told = result_of(main.infer_many(requests))["Refused"]
    assert told == {"RateLimited": {"retry_after_s": UNTIL_MINUTE_S}}
    head = inference_head(requests[0])
    messages = requests[0]["request"]["messages"]
    text = result_of(main.infer_text(head, messages, [], None, None))
    assert text.startswith("failed|0|0|")
    assert "RateLimited" in text


def result_of(steps: Any) -> Any:
    """Run what awaits nothing."""
    with pytest.raises(StopIteration) as stop:
        next(steps)
    return stop.value.value


def test_a_limit_that_is_hit_is_in_the_log(serving: Any, request_with: Maker, writer: str) -> None:
    """By its kind and a provider's name, never by a writer's."""
    for subject in ("provider/local", writer):
        limit(serving, subject, calls=1)
        asked(serving, request_with())
        asked(serving, request_with())
        limit(serving, subject)
    lines = [line.split(" ", 1)[1] for line in serving.act_as("owner").events(0)["lines"]]
    assert lines[2:] == [
        "configured local set_limits",
        "refused local provider_limit wait_s=40",
        "configured local set_limits",
        "configured - set_limits",
        "refused - writer_limit wait_s=40",
        "configured - set_limits",
    ]


def test_limits_outlive_an_upgrade_and_what_was_used_does_not(
    serving: Any, request_with: Maker, writer: str
) -> None:
    """Until they are lifted, which an upgrade does not undo."""
    limit(serving, "provider/local", calls=1)
    limit(serving, writer, cycles=10**12)
    asked(serving, request_with())
    serving.upgrade()
    rows = {row["subject"]: row for row in serving.act_as("owner").usage()}
    assert rows["provider/local"]["calls_per_minute"] == 1
    assert rows[writer]["cycles_per_day"] == 10**12
    assert rows["provider/local"]["calls_this_minute"] == rows[writer]["cycles_today"] == 0
    assert "Inferred" in asked(serving, request_with())
    assert refused_s(asked(serving, request_with())) == UNTIL_MINUTE_S
    for subject in rows:
        limit(serving, subject)
    serving.upgrade()
    assert serving.act_as("owner").usage() == []
    assert "Inferred" in asked(serving, request_with())


@pytest.mark.parametrize(
    "subject", ["", "local", "provider/nobody", "writer/local", "provider/", "x/local"]
)
def test_a_subject_that_is_not_listed_is_refused(serving: Any, subject: str) -> None:
    """And so is a limit beyond all sense."""
    main = serving.act_as("owner")
    assert "subject" in main.set_limits(subject, limits_of(1))["Refused"]["BadRequest"]
    refused = main.set_limits("provider/local", limits_of(10**16))["Refused"]
    assert "calls_per_minute" in refused["BadRequest"]
    assert main.usage() == []


def test_there_are_at_most_so_many_limits(
    serving: Any, principal_of: Callable[[str], str], writer: str
) -> None:
    """One that is there may be changed, and a further one set once another is lifted."""
    main = serving.act_as("owner")
    for number in range(MOST_LIMITED):
        name = principal_of(str(number))
        main.allow_writer(name)
        limit(serving, f"writer/{name}", calls=1)
    refused = main.set_limits(writer, limits_of(1))["Refused"]["BadRequest"]
    assert str(MOST_LIMITED) in refused
    limit(serving, f"writer/{principal_of('0')}", calls=2)
    limit(serving, f"writer/{principal_of('0')}")
    limit(serving, writer, calls=1)


def test_strangers_limit_and_see_nothing(serving: Any, writer: str) -> None:
    """Nor do writers, who must not lift their own."""
    limit(serving, writer, calls=1)
    for name in ("batcher", "stranger"):
        main = serving.act_as(name)
        assert "NotAllowed" in main.set_limits(writer, limits_of())["Refused"]
        assert main.usage() == []
    assert len(serving.act_as("owner").usage()) == 1
