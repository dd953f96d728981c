"""Configuration: who may change what, what survives an upgrade, what is never shown."""

from collections.abc import Callable
from typing import Any

import pytest

Maker = Callable[..., dict[str, Any]]
Naming = Callable[[str], str]

CYCLES = 10**12
SECOND = 1_000_000_000


def test_a_fresh_canister_serves_nobody(infer: Any) -> None:
    """Every default is closed: the installer alone may configure."""
    main = infer.act_as("owner")
    assert main.models() == []
    assert main.providers() == []
    assert main.writers() == []


def test_strangers_change_nothing(serving: Any, settings_with: Maker, principal_of: Naming) -> None:
    """Each command is for controllers, and writers are none."""
    main = serving.act_as("batcher")
    stable = dict(serving.platform.maps[0])
    me = principal_of("batcher")
    for done in (
        main.set_provider(settings_with()),
        main.remove_provider("local"),
        main.allow_writer(me),
        main.deny_writer(me),
        main.add_controller(me),
        main.remove_controller(principal_of("owner")),
    ):
        assert "NotAllowed" in done["Refused"]
    assert serving.platform.maps[0] == stable


def test_a_key_is_never_shown(serving: Any) -> None:
    """A controller sees that there is one, a stranger not even the URL."""
    view = serving.act_as("owner").providers()[0]
    assert (view["has_key"], view["url"]) == ("yes", "http://127.0.0.1:8080")
    seen = serving.act_as("stranger").providers()
    assert seen[0]["url"] == ""
    assert "sk-secret" not in f"{view}{seen}{serving.platform.printed}"


def test_a_provider_keeps_its_key_until_told_otherwise(
    serving: Any, settings_with: Maker, request_with: Maker
) -> None:
    """Settings without a key keep the stored one; an empty key removes it."""
    main = serving.act_as("owner")
    main.set_provider(settings_with(api_key=None, max_new_tokens=32))
    assert main.providers()[0]["has_key"] == "yes"
    assert main.providers()[0]["max_new_tokens"] == 32
    main.set_provider(settings_with(api_key=""))
    assert main.providers()[0]["has_key"] == "no"
    assert "sk-secret" not in str(serving.platform.maps)
    serving.act_as("batcher", CYCLES)
    _, call = serving.start(request_with())
    assert "authorization" not in {header["name"] for header in call.args[2]["headers"]}


def test_bad_settings_change_nothing(serving: Any, settings_with: Maker) -> None:
    """A refused provider leaves the one that was there."""
    main = serving.act_as("owner")
    stable = dict(serving.platform.maps[0])
    assert "BadRequest" in main.set_provider(settings_with(url="http://example"))["Refused"]
    assert "BadRequest" in main.remove_provider("other")["Refused"]
    assert serving.platform.maps[0] == stable


def test_providers_are_bounded(infer: Any, settings_with: Maker) -> None:
    """Sixty-four are the most; one of them may still be changed."""
    main = infer.act_as("owner")
    for number in range(64):
        assert "Ok" in main.set_provider(settings_with(name=f"p{number}"))
    assert "BadRequest" in main.set_provider(settings_with(name="one-more"))["Refused"]
    assert "Ok" in main.set_provider(settings_with(name="p7", max_new_tokens=8))


def test_a_removed_provider_is_forgotten_with_its_key(serving: Any) -> None:
    """Its name may be used again, and nothing of the old key comes back."""
    main = serving.act_as("owner")
    assert main.remove_provider("local") == {"Ok": "local"}
    assert main.models() == []
    assert "sk-secret" not in str(serving.platform.maps)


def test_writers_come_and_go(serving: Any, principal_of: Naming, request_with: Maker) -> None:
    """A denied writer is a stranger again; only controllers see the list."""
    main = serving.act_as("owner")
    assert main.writers() == [principal_of("batcher")]
    assert "Ok" in main.allow_writer(principal_of("batcher"))
    assert serving.act_as("batcher").writers() == []
    assert "Ok" in serving.act_as("owner").deny_writer(principal_of("batcher"))
    assert "Ok" in main.deny_writer(principal_of("batcher"))
    serving.act_as("batcher", CYCLES)
    _, result = serving.start(request_with())
    assert "NotAllowed" in result["Failed"]["refusal"]


@pytest.mark.parametrize("text", ["", "2vxsx-fae", "not a principal"])
def test_a_role_is_only_for_principals_with_a_name(infer: Any, text: str) -> None:
    """The anonymous principal is everybody, and other texts are nobody."""
    main = infer.act_as("owner")
    assert "BadRequest" in main.allow_writer(text)["Refused"]
    assert "BadRequest" in main.add_controller(text)["Refused"]


def test_the_last_controller_stays(infer: Any, principal_of: Naming) -> None:
    """Nobody locks everybody out; a second controller may take over."""
    main = infer.act_as("owner")
    assert "BadRequest" in main.remove_controller(principal_of("owner"))["Refused"]
    assert "Ok" in main.add_controller(principal_of("heir"))
    assert "Ok" in infer.act_as("heir").remove_controller(principal_of("owner"))
    assert "NotAllowed" in infer.act_as("owner").add_controller(principal_of("x"))["Refused"]


def test_an_upgrade_keeps_all_but_the_timer(serving: Any, request_with: Maker) -> None:
    """Providers, roles, leases and counts come back from stable memory; the timer is re-armed."""
    serving.act_as("batcher", CYCLES)
    steps, _ = serving.start(request_with())
    serving.finish(steps, None, "Rejection code 1, Timeout expired")
    serving.start(request_with())
    before = serving.act_as("owner")
    seen = (before.providers(), before.writers(), before.counters(), before.models())
    serving.upgrade()
    after = serving.act_as("owner")
    assert (after.providers(), after.writers(), after.counters(), after.models()) == seen
    assert after.counters()["leases_held"] == 1
    assert after.counters()["failures"] == 1
    assert [seconds for seconds, _ in serving.platform.timers] == [60]
    serving.upgrade()
    assert serving.act_as("owner").providers() == seen[0]


def test_another_layout_stops_the_upgrade(serving: Any) -> None:
    """Code that cannot read stable memory does not start on it."""
    serving.platform.maps[0]["_layout"] = "99"
    with pytest.raises(BaseException, match="stable layout 99"):
        serving.upgrade()


def test_the_sweep_forgets_expired_leases_only(serving: Any, request_with: Maker) -> None:
    """What a trap or an upgrade left behind goes after its deadline."""
    serving.act_as("batcher", CYCLES)
    serving.start(request_with())
    serving.platform.now_ns += 60 * SECOND
    serving.start(request_with(sample=1))
    (_, sweep), *_ = serving.platform.timers
    serving.platform.now_ns += 30 * SECOND
    sweep()
    assert list(serving.platform.maps[1]) == ["local/w1"]
    assert serving.main.counters()["leases_held"] == 1


def test_a_failing_sweep_is_printed(serving: Any) -> None:
    """A timer swallows exceptions, so the sweep says what it met."""
    serving.main.lease_table.leases["x"] = "broken"
    (_, sweep), *_ = serving.platform.timers
    sweep()
    assert serving.platform.printed[-1].startswith("sweep failed: ")
