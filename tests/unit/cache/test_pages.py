"""Lists, exports, imports and the forms that cost least."""

from collections.abc import Callable
from typing import Any

import pytest

from cache_core import transfers
from cache_core.answer_texts import read_record, write_record
from refrain_core.canonical import parameters_text
from tests.unit.cache.test_main import INSTALLER, TENANT, WRITER, ask

Maker = Callable[..., dict[str, Any]]


def all_pages(page_at: Callable[[str], Any], arm: str) -> tuple[list[Any], int]:
    """Walk all pages from cursor to cursor; return their rows and how many pages there were."""
    rows: list[Any] = []
    cursor, pages = "", 0
    while True:
        page = page_at(cursor)[arm]
        rows += page["rows"]
        pages += 1
        cursor = page["next"]
        if not cursor:
            return rows, pages


def test_lists_go_on_at_their_cursor_and_show_what_the_caller_may_see(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """Each answer once, whatever the size of a page; another's never."""
    own = {keep(seed=number) for number in range(20)}
    public = {keep("public", seed=number) for number in range(5)}
    keep(WRITER)
    platform.caller_now = TENANT
    for most in (0, 1, 7, 100, 1_000):
        rows, _ = all_pages(lambda cursor: main.list_answers("", cursor, most), "Listed")  # noqa: B023
        assert len(rows) == 25
        assert {row["digest"] for row in rows} == own | public
    rows, pages = all_pages(lambda cursor: main.list_answers("public", cursor, 2), "Listed")
    assert {row["digest"] for row in rows} == public
    assert pages > 2
    assert all("BadRequest" in main.list_answers("", bad, 1)["Refused"] for bad in BAD_CURSORS)


BAD_CURSORS = ("x", "32/", "0", "-1/", "0/abc", "1/" + "0" * 17, "²/")


def test_a_transfer_brings_every_answer_over_and_twice_does_no_harm(
    main: Any, platform: Any, fresh_main: Callable[[], Any], keep: Callable[..., str]
) -> None:
    """Times, tags, cost and samples are those of before; several pieces come whole."""
    digests = [
        keep(seed=number, content=f"é{number}" * (1 + 3_000 * (number % 2)), cost_cycles=5)
        for number in range(12)
    ]
    keep(seed=1, sample=2, content="third", cache_control="tags=x")
    failure = {"digest": "1" * 64, "namespace": TENANT, "refusal": {"Timeout": "x"}, "ttl_s": 9}
    main.put_negative(failure)
    platform.caller_now = INSTALLER
    before = [main.lookup_digest(digest) for digest in digests]
    rows, _ = all_pages(main.export_page, "Exported")
    assert len(rows) == 13
    platform.maps.clear()
    after: Any = fresh_main()
    after.install()
    assert after.import_page(rows) == {"Imported": ["imported"] * 13}
    assert after.import_page(rows) == {"Imported": ["present"] * 13}
    assert [after.lookup_digest(digest) for digest in digests] == before
    again, _ = all_pages(after.export_page, "Exported")
    sequences = [row["header"].split("|")[3] for row in again]
    assert len(set(sequences)) == 13
    assert {row["content"] for row in again} == {row["content"] for row in rows}
    assert "BadRequest" in main.export_page("x")["Refused"]


def test_damaged_records_are_refused_by_themselves(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """The rest of the page is taken; what has a good checksum must still describe its content."""
    for number in range(3):
        keep(seed=number)
    platform.caller_now = INSTALLER
    rows, _ = all_pages(main.export_page, "Exported")
    for row in rows:
        main.remove(row["header"].split("|")[1])
    bad = [{**rows[0], "content": "five"}, {**rows[0], "header": rows[0]["header"] + "x"}]
    bad.extend([signed(text, rows[0]["content"]) for text in damaged(rows[0]["header"])])
    bad.append(signed(rows[0]["header"], "longer"))
    told = main.import_page([*bad, *rows])["Imported"]
    assert told == ["damaged"] * len(bad) + ["imported"] * 3
    platform.now_ns += 10**18
    assert main.import_page(rows)["Imported"] == ["expired"] * 3


def signed(header: str, content: str) -> dict[str, str]:
    """Make a record whose checksum fits."""
    checksum = transfers.checksum(header, content)
    return {"header": header, "content": content, "checksum": checksum}


def damaged(header: str) -> list[str]:
    """Spoil one field after another, and the whole."""
    fields = header.split("|")
    spoilt = {
        0: "v3",
        1: "0" * 64,
        2: "nobody",
        3: "x",
        4: "-1",
        6: "1",
        7: "A",
        8: "f" * 63,
        9: "1000",
        10: "e",
        12: "budget",
        13: "tiny",
        14: "9" * 300,
        20: "x",
        21: "é",
        22: "a  b",
        23: "y" * 721,
        24: "5",
    }
    texts = ["", "x1", "v2|", "|".join(fields[:-1])]
    for place, value in spoilt.items():
        texts.append("|".join([*fields[:place], value, *fields[place + 1 :]]))
    return texts


def test_purged_answers_do_not_leave_the_cache(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """Whoever imported them would serve them again."""
    keep()
    platform.caller_now = INSTALLER
    main.purge("all")
    assert all_pages(main.export_page, "Exported")[0] == []


@pytest.mark.parametrize("content", ["four", "a|b\n", "é" * 5_000])
def test_the_fast_forms_say_what_the_typed_ones_say(
    main: Any, platform: Any, keep: Callable[..., str], content: str
) -> None:
    """By digest and by request, whole answers and those of several pieces, own and public."""
    for namespace in (TENANT, "public"):
        digest = keep(namespace, content)
        platform.caller_now = TENANT
        request = ask(namespace=None if namespace == TENANT else namespace)
        text = main.hit_by_digest(digest)
        parameters = parameters_text(request)
        assert text == main.hit(namespace, request["model"], request["messages"], parameters)
        record = read_record(text.removeprefix("hit|"))
        assert record is not None
        hit = main.lookup(request)["Hit"]
        assert record.first == content == hit["answer"]["content"]
        assert record.entry.namespace == hit["namespace"]
        assert record.entry.model == hit["answer"]["model"]
        platform.caller_now = WRITER
    platform.now_ns += 10**18
    assert main.hit_by_digest(digest) == "miss|expired"
    assert main.lookup_digest(digest) == {"Miss": "expired"}
    assert main.hit("public", "tiny", [], "") == "miss|never stored"


def test_odd_digests_are_never_stored_during_a_rebuild_too(
    main: Any, fresh_main: Callable[[], Any], keep: Callable[..., str]
) -> None:
    """They are no keys that could be probed."""
    keep()
    after: Any = fresh_main()
    after.resume()
    assert main.cache is not after.cache
    for digest in ("", "zz", "é" * 64, "A" * 64):
        assert after.hit_by_digest(digest) == "miss|never stored"
        assert "Refused" in after.lookup_digest(digest)
        assert after.remove(digest) == {"Ok": "nothing was stored"}
        assert after.touch([digest]) == 0


def test_what_keep_stores_is_what_put_stores(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """The header's two ends are seconds to live; what put refuses, keep refuses."""
    digest = keep("public", ttl_s=60)
    record = read_record(main.hit_by_digest(digest).removeprefix("hit|"))
    assert record is not None
    typed = main.lookup_digest(digest)
    main.remove(digest)
    header, _, content = write_record(
        record.entry._replace(expires_at_ns=60, keep_until_ns=60), "four"
    ).rpartition("|")
    platform.now_ns += 5
    stored = main.keep(header + "|", content)
    assert stored == f"stored|{typed['Hit']['key']}|0"
    assert main.lookup_digest(digest) == typed
    never = record.entry._replace(expires_at_ns=0, keep_until_ns=0)
    assert main.keep(write_record(never, ""), "four") == ("refused|BadRequest")
    assert main.keep(header + "|", "other") == "refused|BadRequest"


def test_keep_without_a_time_to_live_takes_the_default(main: Any, keep: Callable[..., str]) -> None:
    """As a put without one; what is refused is told to lookups as not admitted."""
    digest = keep("public")
    typed = main.lookup_digest(digest)
    record = read_record(main.hit_by_digest(digest).removeprefix("hit|"))
    main.remove(digest)
    fields = write_record(record.entry, "").split("|") if record else []
    fields[5] = fields[6] = ""
    header = "|".join(fields)
    assert main.keep(header, "other").startswith("refused|")
    assert main.lookup_digest(digest) == {"Miss": "not admitted"}
    assert main.keep(header, "four").startswith("stored|")
    assert main.lookup_digest(digest) == typed
