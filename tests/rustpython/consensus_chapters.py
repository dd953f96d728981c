"""Answers extracted, compared and voted on."""

from refrain_core import answer_extraction, blanks, reasoning_text, vote_words
from refrain_core.consensus import (
    exact_text,
    extracted_answer,
    grouping,
    json_field,
    math_expressions,
    math_forms,
    medoid,
    normalised_text,
    provider_weights,
    strategies,
    surds,
    verdicts,
)
from refrain_core.consensus.ballots import Ballot
from refrain_core.consensus.provider_weights import VoterRecord
from refrain_core.consensus.surds import Surd
from tests.rustpython.inputs import TEXTS, Inputs
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import Attributes, FirstLetter

REPLIES = [
    *("", "18", "A: 18", "x\nA: 18.", r"\boxed{\frac{1}{2}}", r"a \boxed{1} \boxed{2", "<think>a"),
    *("a</think>b", "#### 1,234", "The answer is 5. So.", "İanswer is 5", '{"v": [1.0, {"b": 2}]}'),
    *('```json\n{"v": 1}\n```', "It\u2019s  SO.", "{", "two\nlines"),
]
ANSWERS = [
    *(
        "1/2",
        "0.5",
        r"\frac12",
        "1,234",
        "1,23",
        "$18",
        "50%",
        "(1, 2)",
        r"\{2,1\}",
        "[1;2]",
        "(A)",
    ),
    *("x = 5", r"5\text{ cm}", r"\text{A}", r"90^\circ", "1 1/2", "1e3", r"2\sqrt{3}", "√12", "3π"),
    *(
        "-2^2",
        "2^{-3}",
        "1/0",
        "1" * 61,
        "(" * 40,
        "--5",
        "16-3-4",
        "\u0661",
        "Ünï  Code.",
        "1.8 b",
    ),
]


def add(book: Recording) -> None:
    """Record all chapters."""
    numbers(book)
    answers(book)
    votes(book)


def numbers(book: Recording) -> None:
    """Exact arithmetic, and arithmetic as answers write it."""
    book.chapter("surds")
    made = Inputs(41)
    values = [Surd(0, 1, 1, 0), Surd(1, 2, 1, 0), Surd(2, 1, 3, 0), Surd(1, 1, 1, 1)]
    for _ in range(6):
        num, den = made.random.randint(-99, 99), made.random.randint(-9, 9)
        values.append(book.call(surds.surd, num, den, made.random.randint(1, 50)) or values[1])
    for left in values:
        book.call(surds.negated, left)
        book.call(surds.rooted, left)
        book.call(surds.surd_text, left)
        for right in values:
            for function in (surds.added, surds.multiplied, surds.divided, surds.raised):
                book.call(function, left, right)
    for text in ANSWERS:
        book.call(math_expressions.reckoned, text)


def answers(book: Recording) -> None:
    """Forms of replies under each strategy."""
    book.chapter("answers")
    for text in [*REPLIES, *ANSWERS, *TEXTS]:
        book.call(blanks.with_plain_blanks, text)
        book.call(blanks.folded, text)
        book.call(reasoning_text.split_reasoning, text)
        book.call(answer_extraction.extract_answer, text, always_thinks=text.endswith("b"))
        for function in (
            *(math_forms.math_form, exact_text.exact_form, normalised_text.normalised_form),
            extracted_answer.extracted_form,
        ):
            book.call(function, text)
        for path in ("v", "v.1.b", "v.9", "w"):
            book.call(json_field.json_form, text, path)


def votes(book: Recording) -> None:
    """Groups, weights and verdicts."""
    book.chapter("votes")
    made = Inputs(42)
    for _ in range(40):
        texts = made.random.choices(REPLIES, k=made.random.randint(0, 7))
        cast = [Ballot(str(place % 3), text) for place, text in enumerate(texts)]
        records = {"0": VoterRecord(9, 8), "1": VoterRecord(9, 2)}
        book.call(provider_weights.weighted, cast, records)
        groups = book.call(medoid.grouped_by_likeness, cast, 400)
        places = [list(range(len(cast)))] if cast else []
        book.call(grouping.grouping_of, cast, places, ["x"])
        for rule in (None, *vote_words.TIE_RULES):
            book.call(verdicts.verdict, groups, len(cast), 2, rule)
            book.call(verdicts.winner_of, groups.groups, rule)
        book.call(verdicts.tied_groups, groups.groups)
        counts = sorted(made.random.choices(range(6), k=3), reverse=True)
        book.call(verdicts.standing, counts, sum(counts), sum(counts) + 2, 4)
        book.call(verdicts.confidence_permille, counts[0], counts[1])
    for voted in range(0, 60, 7):
        record = book.call(provider_weights.VoterRecord, voted, voted // 2)
        book.call(provider_weights.weight_of, record)
        book.call(provider_weights.recorded, record, agreed=voted % 2 == 0)
    book.call(medoid.likeness_permille, frozenset("ab"), frozenset("bc"))
    for name in ("", "medoid:0", "medoid:1001", "guess", "json:"):
        book.call(strategies.strategy_named, name)
    cast = [Ballot(str(place), text) for place, text in enumerate(REPLIES)]
    for name in ("exact", "normalised", "extracted", "json:v", "medoid", "medoid:300"):
        strategy = book.call(strategies.strategy_named, name)
        book.call(Attributes.called, strategy, cast)
    book.call(grouping.grouped_by_form, cast, book.call(FirstLetter))
