"""An upgrade from layout 1: everything is found at once, and rewritten in bounded steps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cache_core import fast_lookups, lookups, puts, upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import VALUE_BYTES
from cache_core.places import BANKS, PROBES, piece_key, place_of
from cache_core.tally import Counts
from refrain_core.chunked_text import split_utf8
from refrain_core.fingerprint import digest_of

GOLDEN = Path(__file__).parent / "golden" / "record_v1.txt"
SECOND = 1_000_000_000
Maker = Callable[..., dict[str, Any]]


def everyone(_: str) -> bool:
    """See every namespace."""
    return True


def write_old(memory: Any, digest: str, content: str, model: str = "tiny@r1:Q4_K_M") -> None:
    """Write an answer as layout 1 did: the golden header, then 4,000 bytes a piece."""
    fields = GOLDEN.read_text().split("|")[:17]
    first, *further = split_utf8(content, 4_000)
    fields[1], fields[3:5], fields[8] = digest, ["1" + "0" * 18, "2" + "0" * 18], model
    fields[10:15] = [*["4294967295"] * 4, "1" + "0" * 18]
    fields[15:17] = [str(len(content.encode())), str(len(further))]
    place = place_of(digest, 0)
    memory.banks[place.bank].insert(place.key, "|".join([*fields, first]))
    for number, piece in enumerate(further, 1):
        memory.banks[place.bank].insert(piece_key(place.key, number), piece)


@pytest.fixture
def old_answers(memory: Any) -> dict[str, str]:
    """Fill a memory as layout 1 left it; return its answers."""
    answers = {digest_of(str(n)): f"answer {n} | " * (400 * (n % 3) + 1) for n in range(60)}
    for digest, content in answers.items():
        write_old(memory, digest, content)
    memory.meta.entries.update(layout="1", counters="1|2|3|4|5|6", sequence="1000")
    return answers


def check_all(cache: AnswerCache, answers: dict[str, str]) -> None:
    """Find every answer whole, by the typed lookup and by the fast one."""
    for digest, content in answers.items():
        hit = lookups.look(cache, digest, everyone, 10**18)["Hit"]
        assert hit["answer"]["content"] == content
        text = fast_lookups.hit_text(cache, digest, everyone, 10**18)
        assert text.startswith(f"hit|v2|{digest}|")
        assert text.endswith(f"|{content}")


def versions(memory: Any) -> set[str]:
    """Tell the layouts of all records."""
    items = [item for bank in memory.banks for item in bank.items()]
    return {text[:2] for key, text in items if "/" not in key}


def test_answers_of_layout_1_are_found_before_while_and_after_they_are_renewed(
    memory: Any, old_answers: dict[str, str]
) -> None:
    """Each step leaves every answer whole; in the end no old record is left."""
    cache: AnswerCache = memory.resume()
    assert memory.meta.entries["layout"] == "2"
    check_all(cache, old_answers)
    while upkeep.work_step(cache):
        check_all(cache, old_answers)
    assert versions(memory) == {"v2"}
    assert memory.meta.entries["renewed"] == str(BANKS)
    check_all(memory.resume(), old_answers)


def test_counts_of_layout_1_are_carried_over(memory: Any, old_answers: dict[str, str]) -> None:
    """They become those of the whole cache, and their old row goes."""
    cache: AnswerCache = memory.resume()
    assert old_answers
    assert cache.tally.counts("") == Counts(1, 2, 3, 4, 5, 6)
    assert "counters" not in memory.meta.entries
    again: AnswerCache = memory.resume()
    assert again.tally.counts("") == Counts(1, 2, 3, 4, 5, 6)


def test_a_step_renews_so_many_records_and_an_upgrade_between_them_loses_nothing(
    memory: Any, old_answers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bank that was begun is gone through again."""
    monkeypatch.setattr(upkeep, "RENEWALS_PER_STEP", 1)
    cache: AnswerCache = memory.resume()
    while cache.banks_left or not cache.index.is_arranged:
        upkeep.work_step(cache)
    left = [len(cache.store.old_places(bank)) for bank in range(BANKS)]
    for _ in range(7):
        before = memory.writes()
        upkeep.work_step(cache)
        assert memory.writes() - before <= 2
    cache = memory.resume()
    assert sum(left) > sum(len(cache.store.old_places(bank)) for bank in range(BANKS)) > 0
    while upkeep.work_step(cache):
        pass
    assert versions(memory) == {"v2"}
    check_all(cache, old_answers)


def test_a_renewed_header_that_leaves_less_room_pushes_the_answer_into_a_piece(
    memory: Any,
) -> None:
    """Layout 1 put 4,000 bytes behind any header, the longest too."""
    model = "m" * 195 + "@r:q8"
    content = "y" * 4_000
    write_old(memory, digest_of("long"), content, model)
    write_old(memory, digest_of("longer"), content + "z", model)
    place = place_of(digest_of("long"), 0)
    old = memory.banks[place.bank].entries[place.key]
    memory.banks[place.bank].entries[place.key] = old.replace("public", "a" * 63)
    memory.meta.entries.update(layout="1")
    answers = {digest_of("long"): content, digest_of("longer"): content + "z"}
    cache: AnswerCache = memory.resume()
    while upkeep.work_step(cache):
        check_all(cache, answers)
    check_all(cache, answers)
    assert piece_key(place.key, 1) in memory.banks[place.bank].entries
    assert len(memory.banks[place.bank].entries[place.key].encode()) <= VALUE_BYTES


def test_puts_over_and_past_old_records_keep_both(
    memory: Any, old_answers: dict[str, str], put_request: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new answer takes its own old slot; one that collides marks the old record as crossed."""
    cache: AnswerCache = memory.resume()
    replaced, passed = list(old_answers)[:2]
    puts.put(cache, put_request(replaced, "new", namespace="public"), 10**18)
    other = passed[:2] + "0" * 62
    slots = [place_of(passed, 0).key, *[f"{probe:016x}" for probe in range(1, PROBES)]]
    true_key = place_of.__globals__["short_key"]
    monkeypatch.setitem(
        place_of.__globals__,
        "short_key",
        lambda digest, probe=0: slots[probe] if digest == other else true_key(digest, probe),
    )
    puts.put(cache, put_request(other, "beside", namespace="public"), 10**18)
    check_all(cache, {**old_answers, replaced: "new", other: "beside"})
    while upkeep.work_step(cache):
        pass
    check_all(cache, {**old_answers, replaced: "new", other: "beside"})


def test_memory_of_an_unknown_layout_fails_the_upgrade(memory: Any) -> None:
    """A missing one too; nothing is written."""
    for layout in ("3", "0", ""):
        memory.meta.entries.update(layout=layout)
        with pytest.raises(ValueError, match="has layout"):
            memory.resume()
    memory.meta.entries.clear()
    with pytest.raises(ValueError, match="has layout None"):
        memory.resume()
    assert memory.writes() == 0
