"""What each role may do at the endpoints, and what explain, lists, transfers and texts tell."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.cache.test_main import ANONYMOUS, INSTALLER, TENANT, WRITER, ask

Maker = Callable[..., dict[str, Any]]
SHARED = "shared:team"
NEVER = {"Miss": "never stored"}


def stored_in(platform: Any) -> dict[int, dict[str, str]]:
    """Copy what stands in stable memory."""
    return {number: dict(entries) for number, entries in platform.maps.items() if entries}


@pytest.mark.parametrize("caller", [ANONYMOUS, TENANT])
def test_strangers_are_refused_everywhere(
    main: Any, platform: Any, put_request: Maker, keep: Callable[..., str], caller: str
) -> None:
    """No endpoint lets a caller without a role write, configure, or see another's answers."""
    digest = keep(WRITER)
    settings = main.settings()
    platform.caller_now = caller
    before = stored_in(platform)
    negative = {"digest": digest, "namespace": WRITER, "refusal": {"Timeout": "x"}, "ttl_s": 1}
    refused = [
        main.put(put_request(digest)),
        main.put_negative(negative),
        main.fetch(TENANT, digest, ""),
        main.import_page([]),
        main.export_page(""),
        main.configure(settings),
        main.configure_namespace(main.namespace_settings(TENANT)),
        main.purge("all"),
        main.purge(f"namespace/{WRITER}"),
        main.purge(f"tag/{WRITER}/t"),
        main.purge(f"namespace/{caller}/more"),
        main.taint("openai"),
        main.clear_taint("openai"),
        *(main.allow_writer(caller), main.deny_writer(WRITER), main.writers()),
        main.allow_member(SHARED, caller),
        main.deny_member(SHARED, caller),
        main.members(SHARED),
        *(main.add_controller(caller), main.remove_controller(INSTALLER)),
    ]
    assert all("NotAllowed" in result["Refused"] for result in refused)
    assert main.keep("", "x") == "refused|NotAllowed"
    assert main.hidden_scopes() == []
    assert (main.lookup_digest(digest), main.hit_by_digest(digest)) == (NEVER, "miss|never stored")
    assert main.touch([digest]) == 0
    assert main.remove(digest) == {"Ok": "nothing was stored"}
    assert main.list_answers("", "", 100)["Listed"]["rows"] == []
    assert not any(main.tenant_counters(WRITER)[name] for name in ("puts", "entries", "bytes"))
    assert before == stored_in(platform)


def test_writers_do_not_configure(main: Any) -> None:
    """Nor purge, taint, export or give roles; but the batcher, a writer, copies its members."""
    results = [
        main.configure(main.settings()),
        main.configure_namespace(main.namespace_settings(TENANT)),
        main.purge("all"),
        main.taint("x"),
        main.export_page(""),
        main.allow_writer(TENANT),
        main.add_controller(TENANT),
    ]
    assert all("NotAllowed" in result["Refused"] for result in results)
    assert main.hidden_scopes() == []
    assert "Ok" in main.allow_member(SHARED, TENANT)
    assert "Ok" in main.deny_member(SHARED, TENANT)


def test_tenants_purge_their_own_namespace_and_tags_and_nothing_else(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """Each purge hides at once; what is put later is shown."""
    tagged = keep(cache_control="tags=a")
    other = keep(seed=1, cache_control="tags=b")
    platform.caller_now = TENANT
    assert "Ok" in main.purge(f"tag/{TENANT}/a")
    assert main.lookup_digest(tagged) == {"Miss": "purged"}
    assert "Hit" in main.lookup_digest(other)
    assert "Ok" in main.purge(f"namespace/{TENANT}")
    assert main.lookup_digest(other) == {"Miss": "purged"}
    platform.caller_now = WRITER
    keep(seed=1)
    assert "Hit" in main.lookup_digest(other)


def test_callers_without_answers_cannot_fill_the_scopes(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """Anybody may make up an identity; and tenants leave the last places to controllers."""
    platform.caller_now = TENANT
    for number in range(2_000):
        assert "Ok" in main.purge(f"tag/{TENANT}/{number}")
    assert not main.cache.invalidation.scopes()
    platform.caller_now = WRITER
    keep()
    platform.caller_now = TENANT
    results = [main.purge(f"tag/{TENANT}/{number}") for number in range(901)]
    assert all("Ok" in result for result in results[:900])
    assert "too many" in results[900]["Refused"]["BadRequest"]
    platform.caller_now = INSTALLER
    assert "Ok" in main.purge("model/tiny")
    assert "BadRequest" in main.purge("tag/x/é")["Refused"]
    assert "BadRequest" in main.purge("tag/x/" + "y" * 220)["Refused"]


def test_taints_hide_and_show_again(main: Any, platform: Any, keep: Callable[..., str]) -> None:
    """Controllers list them beside the purges."""
    digest = keep(voters=["openai", "local"])
    platform.caller_now = INSTALLER
    assert "Ok" in main.taint("openai")
    assert main.lookup_digest(digest) == {"Miss": "tainted"}
    assert main.hidden_scopes() == [{"scope": "tainted/openai", "since": "tainted"}]
    assert "no longer" in main.clear_taint("openai")["Ok"]
    assert "not tainted" in main.clear_taint("openai")["Ok"]
    assert "Hit" in main.lookup_digest(digest)


def test_members_of_a_shared_namespace_see_its_answers(
    main: Any, platform: Any, put_request: Maker
) -> None:
    """From when they are listed until they are taken off; a shared name alone gives nothing."""
    request = ask(namespace=SHARED)
    platform.caller_now = INSTALLER
    assert "Ok" in main.allow_member(SHARED, WRITER)
    assert "BadRequest" in main.allow_member("public", WRITER)["Refused"]
    digest = main.asked(request, WRITER, main.cache_access.is_member).digest
    platform.caller_now = WRITER
    main.put(put_request(digest, namespace=SHARED))
    platform.caller_now = TENANT
    assert "NotAllowed" in main.lookup(request)["Refused"]
    assert main.lookup_digest(digest) == NEVER
    platform.caller_now = INSTALLER
    main.allow_member(SHARED, TENANT)
    platform.caller_now = TENANT
    assert "Hit" in main.lookup(request)
    assert main.members(SHARED) == {"Members": sorted([TENANT, WRITER])}
    platform.caller_now = INSTALLER
    main.deny_member(SHARED, TENANT)
    platform.caller_now = TENANT
    assert main.lookup_digest(digest) == NEVER


def test_a_touch_counts_the_first_32_digests(main: Any, keep: Callable[..., str]) -> None:
    """Of them those that are there."""
    digests = [keep(seed=number) for number in range(40)]
    assert main.touch(digests) == 32
    assert main.touch(["0" * 64, "nonsense", *digests[:2]]) == 2
    assert main.counters()["touched"] == 34


def test_namespaces_have_bounds_and_policies_of_their_own(
    main: Any, platform: Any, fresh_main: Callable[[], Any], keep: Callable[..., str]
) -> None:
    """They hold from then on and after an upgrade; bad ones are refused."""
    platform.caller_now = INSTALLER
    wanted = {"namespace": TENANT, "policy": "lru", "max_entries": 2, "max_bytes": 0}
    assert "Ok" in main.configure_namespace(wanted)
    assert main.namespace_settings(TENANT) == wanted
    for bad in ({"policy": "best"}, {"namespace": "x"}, {"max_entries": 1_000_001}):
        assert "BadRequest" in main.configure_namespace({**wanted, **bad})["Refused"]
    platform.caller_now = WRITER
    for number in range(4):
        keep(seed=number)
        keep("public", seed=number)
    assert main.tenant_counters(TENANT)["entries"] == 2
    assert main.tenant_counters("public")["entries"] == 4
    after: Any = fresh_main()
    after.resume()
    platform.caller_now = INSTALLER
    assert "rebuilt" in after.configure_namespace(wanted)["Refused"]["BadRequest"]
    platform.run_timers()
    assert "Ok" in after.configure_namespace({**wanted, "max_entries": 1, "policy": "sieve"})
    platform.run_timers()
    assert after.tenant_counters(TENANT)["entries"] == 1
