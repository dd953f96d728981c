"""The three canisters' entry modules, message by message, over a `_kybra_ic` of dicts."""

from typing import Any

from refrain_core.json_texts import json_text
from refrain_core.refusals import not_allowed
from tests.rustpython.inputs import (
    MODEL,
    TEXTS,
    answer,
    ask,
    odd_requests,
    put,
)
from tests.rustpython.platform_over_dicts import principal
from tests.rustpython.played_canister import (
    ANONYMOUS,
    OWNER,
    PAYER,
    STRANGER,
    WRITER,
    Played,
)
from tests.rustpython.played_infer import infer
from tests.rustpython.played_rounds import batcher_rounds
from tests.rustpython.played_votes import batcher_votes
from tests.rustpython.recording import Recording

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "0" * 16, "evicted": 0}}


def add(book: Recording) -> None:
    """Record all chapters."""
    for name in ("cache", "infer", "batcher"):
        book.chapter(f"{name}: roles")
        roles(Played(book, name), name)
    book.chapter("cache: its messages")
    cache(Played(book, "cache"))
    book.chapter("infer: its messages")
    infer(Played(book, "infer"))
    book.chapter("batcher: asks")
    batcher_asks(connected(Played(book, "batcher")))
    book.chapter("batcher: submits and money")
    batcher_submits(connected(Played(book, "batcher")))
    book.chapter("batcher: votes")
    batcher_votes(connected(Played(book, "batcher")), principal("batcher"))


def roles(canister: Played, name: str) -> None:
    """Controllers and lists, given and taken by those who may and who may not."""
    allow, deny = (
        ("allow_asker", "deny_asker") if name == "batcher" else ("allow_writer", "deny_writer")
    )
    for by in (STRANGER, OWNER):
        for one in (WRITER, STRANGER, "zz", ANONYMOUS, WRITER):
            listed = {"caller": one, "sponsored": "no"} if name == "batcher" else one
            canister.send(allow, listed, by=by)
            canister.send("add_controller", one, by=by)
    canister.send("askers" if name == "batcher" else "writers")
    canister.send("askers" if name == "batcher" else "writers", by=PAYER)
    for one in (STRANGER, OWNER, PAYER, WRITER):
        canister.send(deny, one)
        canister.send("remove_controller", one)
        canister.send("remove_controller", one, by=WRITER)
    canister.upgrade()


def cache(canister: Played) -> None:
    """Puts, fetches, lookups and evictions, by writers and strangers, through an upgrade."""
    canister.send("allow_writer", WRITER)
    for number, text in enumerate([*TEXTS, "é|x\U0001f600" * 3_000]):
        digest = f"{number:064x}"
        canister.send("put", put(digest, text), by=WRITER)
        canister.send("put", put(digest, text), by=STRANGER)
        canister.send("fetch", put("")["namespace"], digest, "", by=WRITER)
        canister.send("fetch_text", put("")["namespace"], digest, "", by=WRITER)
        canister.send("lookup_digest", digest, by=put("")["namespace"])
    for request in odd_requests()[:40]:
        canister.send("lookup", request, by=WRITER)
        canister.send("lookup", dict(request, namespace="public"), by=ANONYMOUS)
    canister.send("remove", f"{1:064x}", by=WRITER)
    canister.send("remove", f"{1:064x}", by=STRANGER)
    bounds = {"max_entries": 5, "max_bytes": 60_000, "max_answer_bytes": 50_000, "default_ttl_s": 9}
    canister.send("configure", bounds)
    canister.send("configure", dict(bounds, max_entries=0))
    canister.tick(1)
    canister.upgrade()
    for number in range(12):
        canister.send("put", put(f"{number:064x}", f"again {number}"), by=WRITER)
    canister.tick(8)
    canister.send("fetch", "public", f"{11:064x}", "", by=WRITER)
    canister.tick(60)
    canister.send("settings")
    canister.send("counters")
    cache_of_tenants(canister)
    canister.memory()


def cache_of_tenants(canister: Played) -> None:
    """Namespaces, scopes, pages and the fast forms, by who may and who may not."""
    digest, tenant = f"{11:064x}", put("")["namespace"]
    failure = {"digest": f"{77:064x}", "namespace": tenant, "refusal": {"Timeout": "é"}, "ttl_s": 9}
    shelf = {"namespace": tenant, "policy": "lru", "max_entries": 4, "max_bytes": 0}
    for by in (OWNER, WRITER, STRANGER, tenant):
        canister.send("put_negative", failure, by=by)
        canister.send("configure_namespace", shelf, by=by)
        canister.send("namespace_settings", tenant, by=by)
        canister.send("allow_member", "shared:a", STRANGER, by=by)
        canister.send("members", "shared:a", by=by)
        canister.send("lookup", ask(namespace="shared:a"), by=by)
        canister.send("explain", ask(), by=by)
        canister.send("touch", [digest, "x"], by=by)
        canister.send("tenant_counters", tenant, by=by)
        canister.send("policy_report", tenant, by=by)
        canister.send("list_answers", "", "", 3, by=by)
        canister.send("hit_by_digest", digest, by=by)
        page = canister.send("export_page", "", by=by)
        rows = page["replied"].get("Exported", {"rows": []})["rows"]
        canister.send("import_page", [*rows, *[dict(row, content="x") for row in rows[:1]]], by=by)
        header = rows[0]["header"] if rows else ""
        canister.send("keep", header, "x", by=by)
        canister.send("taint", "openai", by=by)
        canister.send("hidden_scopes", by=by)
        canister.send("purge", f"tag/{tenant}/a", by=by)
        canister.send("clear_taint", "openai", by=by)
        canister.send("purge", "guess", by=by)
        canister.send("deny_member", "shared:a", STRANGER, by=by)
    for namespace in ("public", tenant):
        canister.send("hit", namespace, "m@1:q4", ask()["messages"], "i0;", by=STRANGER)
    canister.send("purge", "all")
    canister.tick(60)


def connected(canister: Played) -> Played:
    """Wire a batcher, teach it a model, and list a payer."""
    canister.send("ask", ask())
    canister.send("connect", principal("cache"), "zz")
    canister.send("connect", principal("cache"), principal("infer"))
    canister.answer(canister.send("refresh_models"), None, "Rejection code 5, x")
    listed = canister.answer(canister.send("refresh_models"), ["m", "b@2:q", MODEL])
    canister.answer(listed, [{"model": "b@2:q", "features": ["lists"]}, {"model": MODEL}])
    canister.send("allow_asker", {"caller": PAYER, "sponsored": "no"})
    for caller, priority in ((PAYER, "urgent"), (PAYER, "high"), (STRANGER, "low")):
        canister.send("set_priority", caller, priority)
    canister.send("models")
    for method in ("allow_member", "deny_member", "allow_member"):
        for by, member in ((STRANGER, PAYER), (OWNER, "zz"), (OWNER, PAYER)):
            waiting = canister.send(method, "shared:a", member, by=by)
            if "number" in waiting:
                canister.answer(waiting, {"Ok": "x"})
    canister.answer(canister.send("deny_member", "shared:a", PAYER), None, "Rejection code 5, x")
    for by in (OWNER, PAYER):
        canister.send("members", "shared:a", by=by)
    return canister


def inferred(content: str, continues: str = "no") -> dict[str, Any]:
    """Make infer's reply."""
    inference = {
        "answer": answer(content),
        "provider": "p",
        "continues": continues,
        "outcalls": 1,
        "charged_cycles": 7,
    }
    return {"Inferred": inference}


def batcher_asks(canister: Played) -> None:
    """An ask as a miss, as a hit, as a join; and every way in which it fails."""
    for request in odd_requests():
        for by in (OWNER, STRANGER):
            waiting = canister.send("ask", request, by=by)
            if "number" in waiting:
                missed = canister.answer(waiting, MISS)
                # The same question meanwhile: it joins, and reads its ticket.
                joined = canister.send("ask", request, by=by)
                settled = canister.answer(missed, inferred("x\x1b1"))
                canister.answer(settled, STORED)
                number = joined["replied"]["Joined"]["ticket"]
                canister.send("result", number, by=by)
                canister.send("result", number, by=PAYER)
    waiting = canister.send("ask", ask("hit"))
    digest = waiting["waits"][4]
    found = {"answer": answer("é"), "digest": digest, "age_s": 7, "key": "k", "namespace": "n"}
    canister.answer(waiting, {"Hit": found | {"expires_in_s": 9}})
    refused = {"Failed": {"refusal": not_allowed("é\x0b1"), "outcalls": 0, "charged_cycles": 0}}
    for reply, error in ((refused, None), (None, "Rejection code 5, x is stopping")):
        missed = canister.answer(canister.send("ask", ask("fails")), None, "Rejection code 5, x")
        canister.answer(missed, reply, error)
    late = canister.answer(canister.send("ask", ask("late")), MISS)
    canister.tick(121)
    canister.answer(late, inferred("too late"))
    canister.send("counters")
    canister.upgrade()
    canister.send("counters")


def batches(canister: Played) -> None:
    """Batches good and bad, read and called off by their asker and by others."""
    good = json_text({"custom_id": "é", "request": ask("batched")})
    for by in (OWNER, PAYER, STRANGER):
        for lines in (good, "{", ""):
            made = canister.send("batch_create", {"lines": lines, "window_s": 60}, by=by, cycles=9)
            number = made["replied"].get("Batch", {"batch": 999})["batch"]
            canister.tick(1)
            for method in ("batch_output", "batch_errors"):
                canister.send(method, number, 0, by=by)
            canister.send("batch_status", number, by=by)
            canister.send("batch_cancel", number, by=by)


def batcher_submits(canister: Played) -> None:
    """Tickets at once, paid by credit and by cycles; settings; sweeps."""
    canister.send("configure", dict(canister.send("settings")["replied"], lease_s=4))
    canister.send("configure", canister.send("settings")["replied"] | {"lease_s": 30})
    for number, text in enumerate(TEXTS):
        by = (OWNER, PAYER)[number % 2]
        canister.send("quote", ask(text), by=by)
        canister.send("submit", ask(text), by=PAYER, cycles=5)
        waiting = canister.send("submit", ask(text), by=by, cycles=10**13)
        if "number" not in waiting:
            continue
        canister.send("result", waiting["replied"]["Ticket"]["ticket"], by=by)
        missed = canister.answer(waiting, MISS)
        canister.send("ask", ask(text), by=PAYER, cycles=10**13)
        settled = canister.answer(missed, inferred(text), refunded=10**6)
        if "number" in settled:
            canister.answer(settled, None if number % 3 else STORED)
        canister.send("result", waiting["replied"]["Ticket"]["ticket"], by=by)
    batcher_rounds(canister, inferred)
    batches(canister)
    for cycles, error in ((5, None), (10**30, None), (10**8, None), (10**8, "Rejection code 3, x")):
        canister.send("account", by=PAYER)
        waiting = canister.send("withdraw", cycles, by=PAYER)
        if "number" in waiting:
            canister.answer(waiting, None, error)
    lost = canister.send("submit", ask("lost"), by=PAYER, cycles=10**13)
    canister.tick(31)
    canister.answer(lost, MISS)
    canister.tick(4_000)
    canister.send("deny_asker", PAYER)
    canister.send("counters")
    canister.upgrade()
    canister.send("result", 1)
