"""The endpoints under CPython, with the genuine kybra package over a made-up platform."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.cache import conftest

INSTALLER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
WRITER = "rrkah-fqaaa-aaaaa-aaaaq-cai"
TENANT = "r7inp-6aaaa-aaaaa-aaabq-cai"
ANONYMOUS = "2vxsx-fae"
Maker = Callable[..., dict[str, Any]]


def ask(**fields: Any) -> dict[str, Any]:
    """Build an AskRequest with some fields replaced."""
    return {**conftest.ask(), **fields}


def digest_for(main: Any, request: dict[str, Any], namespace: str) -> str:
    """Fingerprint a request as its namespace asks it."""
    asked = main.asked(request, namespace, lambda *_: True)
    assert not isinstance(asked, dict)
    return str(asked.digest)


def test_what_a_writer_puts_its_tenant_finds_by_request_and_by_digest(
    main: Any, platform: Any, put_request: Maker
) -> None:
    """The tenant's free lookup computes the same digest as the writer."""
    digest = digest_for(main, ask(), TENANT)
    stored = main.put(put_request(digest, namespace=TENANT))["Stored"]
    assert "Hit" in main.fetch(TENANT, digest, "")
    platform.caller_now = TENANT
    assert main.lookup(ask())["Hit"]["key"] == stored["key"]
    assert main.lookup_digest(digest)["Hit"]["answer"]["content"] == "four"


def test_a_stranger_learns_nothing_of_a_tenants_answers(
    main: Any, platform: Any, put_request: Maker
) -> None:
    """Stored and never stored look the same to it; public answers are everybody's."""
    digest = digest_for(main, ask(), TENANT)
    public = digest_for(main, ask(namespace="public"), TENANT)
    main.put(put_request(digest, namespace=TENANT))
    main.put(put_request(public, namespace="public"))
    platform.caller_now = ANONYMOUS
    assert main.lookup_digest(digest) == main.lookup_digest("0" * 64) == {"Miss": "never stored"}
    assert "NotAllowed" in main.lookup(ask())["Refused"]
    assert "Hit" in main.lookup(ask(namespace="public"))
    platform.caller_now = INSTALLER
    assert "Hit" in main.lookup_digest(digest)


def test_a_lookup_asks_for_its_caller_at_most_once(
    main: Any, monkeypatch: pytest.MonkeyPatch, put_request: Maker
) -> None:
    """The caller costs two million instructions: none for a public request, one for one's own."""
    for namespace in (None, "public"):
        owner = WRITER if namespace is None else "public"
        digest = digest_for(main, ask(namespace=namespace), owner)
        main.put(put_request(digest, namespace=owner))
    callers = [WRITER]
    monkeypatch.setattr(main.cache_access, "caller_text", callers.pop)
    assert "Hit" in main.lookup(ask(namespace="public"))
    assert callers == [WRITER]
    assert "Hit" in main.lookup(ask())


def test_bad_lookups_are_refused(main: Any) -> None:
    """The model must be named whole, the request must be one that could be asked."""
    assert "BadRequest" in main.lookup(ask(model="tiny"))["Refused"]
    assert "BadRequest" in main.lookup(ask(messages=[]))["Refused"]
    assert "BadRequest" in main.lookup(ask(namespace=TENANT))["Refused"]


def test_only_writers_write_and_only_controllers_configure(
    main: Any, platform: Any, put_request: Maker
) -> None:
    """A stranger is refused everywhere, a writer where it is not its office."""
    refused = [
        main.configure(main.settings()),
        main.allow_writer(TENANT),
        main.deny_writer(WRITER),
        main.writers(),
        main.add_controller(TENANT),
        main.remove_controller(INSTALLER),
    ]
    platform.caller_now = TENANT
    refused += [
        main.put(put_request("0" * 64)),
        main.fetch(TENANT, "0" * 64, ""),
    ]
    assert main.remove("0" * 64) == {"Ok": "nothing was stored"}
    assert all("NotAllowed" in result["Refused"] for result in refused)


def test_roles_are_granted_and_withdrawn(main: Any, platform: Any) -> None:
    """Twice is no fault; a mistyped principal and the last controller are."""
    platform.caller_now = INSTALLER
    assert main.writers() == {"Writers": [WRITER]}
    assert "already" in main.allow_writer(WRITER)["Ok"]
    assert "checksum" in main.allow_writer("rrkah-fqaaa-aaaaa-aaaar-cai")["Refused"]["BadRequest"]
    assert "last controller" in main.remove_controller(INSTALLER)["Refused"]["BadRequest"]
    assert "Ok" in main.add_controller(TENANT)
    assert "Ok" in main.remove_controller(INSTALLER)
    assert "NotAllowed" in main.deny_writer(WRITER)["Refused"]
    platform.caller_now = TENANT
    assert "Ok" in main.deny_writer(WRITER)
    assert "was no writer" in main.deny_writer(WRITER)["Ok"]
    assert main.writers() == {"Writers": []}


def test_settings_hold_and_bad_ones_are_refused(
    main: Any, platform: Any, put_request: Maker
) -> None:
    """Lower bounds evict at once, in the timers' steps."""
    for number in range(3):
        main.put(put_request(f"{number}" * 64))
    platform.caller_now = INSTALLER
    wanted = {**main.settings(), "max_entries": 1}
    assert "Ok" in main.configure(wanted)
    platform.run_timers()
    assert main.counters()["entries"] == 1
    assert main.settings() == wanted
    for bad in ({"max_entries": 0}, {"max_bytes": 1}, {"default_ttl_s": 0}):
        assert "BadRequest" in main.configure({**wanted, **bad})["Refused"]
    assert main.settings() == wanted


def test_an_upgrade_keeps_answers_roles_settings_and_flushed_counts(
    main: Any, platform: Any, fresh_main: Callable[[], Any], put_request: Maker
) -> None:
    """A new heap over the same maps goes on; the index is rebuilt a bank a timer."""
    for number in range(9):
        main.put(put_request(f"{number}" * 64))
    main.fetch(WRITER, "1" * 64, "")
    platform.caller_now = INSTALLER
    main.configure({**main.settings(), "max_entries": 5})
    platform.intervals[0]()
    platform.timers.clear()
    after: Any = fresh_main()
    after.resume()
    assert after.counters()["rebuilding"] == 32
    assert "Hit" in after.lookup_digest("8" * 64)
    assert platform.run_timers() == 34
    assert after.counters()["entries"] == 5
    assert after.counters()["hits"] == 1
    assert after.settings()["max_entries"] == 5
    assert after.writers() == {"Writers": [WRITER]}
    assert "Refused" not in after.add_controller(TENANT)


def test_a_failing_timer_prints_and_the_next_minute_tries_again(
    main: Any,
    platform: Any,
    fresh_main: Callable[[], Any],
    put_request: Maker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fault costs a line in the log, not the rebuild."""
    main.put(put_request("1" * 64))
    after: Any = fresh_main()
    after.resume()
    with monkeypatch.context() as patch:
        patch.setattr(after.cache.store, "bank_items", lambda _: 1 // 0)
        platform.run_timers()
    assert "rebuild step failed" in platform.printed[-1]
    assert after.counters()["rebuilding"] == 32
    platform.intervals[-1]()
    platform.run_timers()
    assert after.counters() == {**after.counters(), "rebuilding": 0, "entries": 1}
    monkeypatch.setattr(after.cache.tenants, "save_counts", lambda *_: 1 // 0)
    after.cache.tally.add("", "hits")
    platform.intervals[-1]()
    assert "upkeep failed" in platform.printed[-1]


def test_removing_tells_whether_there_was_something(
    main: Any, platform: Any, put_request: Maker
) -> None:
    """Writers and controllers remove; removing nothing is no fault."""
    main.put(put_request("1" * 64))
    assert main.remove("1" * 64) == {"Ok": "removed"}
    platform.caller_now = INSTALLER
    assert main.remove("1" * 64) == {"Ok": "nothing was stored"}
