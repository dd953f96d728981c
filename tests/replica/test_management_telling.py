"""What the management canister tells, and to whom."""

from __future__ import annotations

import pytest

from kybra_replica.kernel.rejects import Reject, Rejected
from kybra_replica.management.signatures import NOT_SERVED, SIGNATURES
from tests.replica.conftest import toy_program
from tests.replica.management_client import (
    ALICE,
    BOB,
    NO_SETTINGS,
    Steward,
    Users,
    principal,
)


@pytest.fixture
def canister(users: Users) -> str:
    """A canister of Alice's with a program."""
    canister = users.replica.create_canister(controller=ALICE)
    users.replica.install(canister, toy_program("vault"), sender=ALICE)
    return canister


def settle(users: Users, canister: str, **settings: object) -> None:
    """Change settings as Alice."""
    wanted = NO_SETTINGS | settings
    users.call("update_settings", ALICE, canister_id=canister, settings=wanted)


def test_a_status_has_every_field_and_adds_up(users: Users, canister: str) -> None:
    """Sizes are those of the module, the maps, the chunks; the sum is the memory's."""
    users.replica.update(canister, "put", "key", "value")
    users.replica.query(canister, "all_entries")
    users.call("upload_chunk", ALICE, canister_id=canister, chunk=b"x")
    status = users.call("canister_status", ALICE, canister_id=canister)
    sizes = status["memory_metrics"]
    module = users.replica.canister(canister).module
    assert module is not None
    assert sizes["wasm_binary_size"] == module.size_bytes
    assert sizes["wasm_chunk_store_size"] == 1 << 20
    assert sizes["stable_memory_size"] > 0
    assert status["memory_size"] == sum(sizes.values())
    assert status["cycles"] == users.replica.status(canister).cycles
    assert status["idle_cycles_burned_per_day"] > 0
    assert status["query_stats"]["num_calls_total"] == 1
    assert status["query_stats"]["response_payload_bytes_total"] > 0
    assert set(status["settings"]) == set(NO_SETTINGS)


def test_the_version_grows_with_every_change(users: Users, canister: str) -> None:
    """A message, a setting, a stop, a start; a query changes nothing."""
    versions = [users.replica.canister(canister).version]
    for change in (
        lambda: users.replica.update(canister, "put", "key", "value"),
        lambda: settle(users, canister, compute_allocation=1),
        lambda: users.call("stop_canister", ALICE, canister_id=canister),
        lambda: users.call("start_canister", ALICE, canister_id=canister),
    ):
        change()
        versions.append(users.replica.canister(canister).version)
    assert versions == sorted(set(versions))
    users.replica.query(canister, "all_entries")
    assert users.replica.canister(canister).version == versions[-1]


def test_a_status_is_for_those_whom_the_settings_admit(
    users: Users, steward: Steward, canister: str
) -> None:
    """Controllers at first, then whoever is listed, then everybody; a query asks the same."""
    asked = {"canister_id": canister}
    for ask in (users.call, users.ask):
        with pytest.raises(Rejected, match=r"Only (the )?controllers of"):
            ask("canister_status", BOB, **asked)
    assert "Only the controllers" in steward.call("canister_status", **asked).error
    settle(users, canister, status_visibility={"allowed_viewers": [principal(BOB)]})
    for ask in (users.call, users.ask):
        assert ask("canister_status", BOB, **asked)["status"] == {"running": None}
    settle(users, canister, status_visibility={"public": None})
    assert steward.call("canister_status", **asked).error == ""


def test_a_canister_sees_its_own_status(steward: Steward) -> None:
    """Though it does not control itself."""
    assert steward.call("canister_status", canister_id=steward.canister).error == ""


def test_the_history_says_who_did_what(users: Users, steward: Steward, canister: str) -> None:
    """The newest changes in order, as many as asked for, of all that were."""
    settle(users, canister, controllers=[principal(ALICE), principal(steward.canister)])
    steward.call("uninstall_code", canister_id=canister, sender_canister_version=7)
    info = steward.call("canister_info", canister_id=canister, num_requested_changes=9).value
    kinds = [next(iter(each["details"])) for each in info["recent_changes"]]
    assert kinds == ["creation", "code_deployment", "controllers_change", "code_uninstall"]
    assert info["total_num_changes"] == 4
    last = info["recent_changes"][-1]["origin"]["from_canister"]
    assert (last["canister_id"].to_str(), last["canister_version"]) == (steward.canister, 7)
    deployed = info["recent_changes"][1]["details"]["code_deployment"]
    assert (deployed["mode"], len(deployed["module_hash"])) == ({"install": None}, 32)
    newest = steward.call("canister_info", canister_id=canister, num_requested_changes=1).value
    assert [next(iter(each["details"])) for each in newest["recent_changes"]] == ["code_uninstall"]
    assert steward.call("canister_info", canister_id=canister).value["recent_changes"] == []
    assert users.ask("canister_info", BOB, canister_id=canister)["total_num_changes"] == 4


def test_the_history_keeps_twenty_changes(users: Users, steward: Steward, canister: str) -> None:
    """And counts all of them."""
    for _ in range(25):
        settle(users, canister, controllers=[principal(ALICE)])
    info = steward.call("canister_info", canister_id=canister, num_requested_changes=99).value
    assert (info["total_num_changes"], len(info["recent_changes"])) == (27, 20)


def test_private_metadata_is_for_controllers(users: Users, steward: Steward, canister: str) -> None:
    """The Candid for everybody, the source for those who control the canister."""
    asked = {"canister_id": canister, "name": "candid:service"}
    assert b"all_entries" in steward.call("canister_metadata", **asked).value["value"]
    private = asked | {"name": "python:source"}
    assert "no metadata section" in steward.call("canister_metadata", **private).error
    settle(users, canister, controllers=[principal(steward.canister)])
    assert b"all_entries" in steward.call("canister_metadata", **private).value["value"]
    empty = users.replica.create_canister()
    none = steward.call("canister_metadata", canister_id=empty, name="candid:service")
    assert "has no Wasm module" in none.error


def logged(users: Users, canister: str, sender: str = ALICE, **wanted: object) -> list[str]:
    """The texts of a log."""
    told = users.ask("fetch_canister_logs", sender, canister_id=canister, filter=wanted or None)
    return [each["content"].decode() for each in told["canister_log_records"]]


@pytest.fixture
def noisy(users: Users, canister: str) -> str:
    """A canister with three lines in its log, a second apart."""
    for text in ("one", "two", "three"):
        with pytest.raises(Rejected, match="on purpose"):
            users.replica.update(canister, "put_and_trap", text, text)
        users.replica.advance(1)
    return canister


def test_logs_are_read_by_a_query(users: Users, steward: Steward, noisy: str) -> None:
    """In whole or in part; neither users' updates nor canisters read them."""
    whole = logged(users, noisy)
    assert len(whole) == 3
    assert logged(users, noisy, by_idx={"start": 1, "end": 2}) == whole[1:2]
    start_ns = users.replica.clock.now_ns() - 2 * 10**9
    late = {"start": start_ns, "end": 2**64 - 1}
    assert logged(users, noisy, by_timestamp_nanos=late) == whole[1:]
    with pytest.raises(Rejected, match="not accessible via ingress in replicated mode"):
        users.call("fetch_canister_logs", ALICE, canister_id=noisy)
    told = steward.call("fetch_canister_logs", canister_id=noisy)
    assert "only accessible to end users" in told.error


def test_logs_are_for_those_whom_the_settings_admit(users: Users, noisy: str) -> None:
    """Controllers at first."""
    with pytest.raises(Rejected, match="not allowed to access canister logs"):
        logged(users, noisy, BOB)
    settle(users, noisy, log_visibility={"allowed_viewers": [principal(BOB)]})
    assert len(logged(users, noisy, BOB)) == 3


def test_the_newest_lines_fit_into_the_memory_for_logs(users: Users, canister: str) -> None:
    """Older ones are gone."""
    held = users.replica.canister(canister)
    held.logs.write(0, [f"{number:084}" for number in range(100)])
    assert logged(users, canister) == [f"{number:084}" for number in range(60, 100)]
    assert held.logs.size(4_096) == 4_000


def test_what_is_not_served_is_refused_with_a_reason(users: Users, steward: Steward) -> None:
    """A method that nobody has, one that this replica lacks, a query that is none."""
    ask = steward.replica.update
    text = ask(steward.canister, "ask", "nonsense", b"DIDL\0\0", 0)
    assert text.startswith("Err Rejection code 5, Management canister has no method 'nonsense'")
    text = ask(steward.canister, "ask", "sign_with_ecdsa", b"DIDL\0\0", 0)
    assert "This replica does not serve sign_with_ecdsa: there is no subnet that holds" in text
    answer = users.call_raw("nonsense", b"DIDL\0\0")
    assert isinstance(answer, Reject)
    assert answer.message == "Only canisters can call ic00 method nonsense"
    missing = users.replica.management.query("raw_rand", b"DIDL\0\0", ALICE)
    assert missing == Reject(5, "Query method raw_rand not found.", "IC0536")
    assert not set(NOT_SERVED) & set(SIGNATURES)


@pytest.mark.parametrize("method", ["raw_rand", "http_request", "deposit_cycles", "canister_info"])
def test_some_methods_are_for_canisters_alone(users: Users, method: str) -> None:
    """Said before anything is decoded; a network asks the same before it takes the call."""
    refusal = Reject(4, f"Only canisters can call ic00 method {method}", "IC0406")
    assert users.call_raw(method, b"") == refusal
    assert users.replica.management.inspect(method, b"", ALICE) == refusal
