"""What a key is made of: the fields of a request, its further parameters, and its parts."""

from refrain_core import canonical, extra_parameters, json_numbers, request_parts
from tests.rustpython.inputs import EXTRAS, TEXTS, ask
from tests.rustpython.recording import Recording


def add(book: Recording) -> None:
    """Record all chapters."""
    canonical_fields(book)
    further_parameters(book)
    parts(book)


def canonical_fields(book: Recording) -> None:
    """The fields of a canonical text one by one."""
    book.chapter("canonical fields")
    for text in TEXTS:
        book.call(canonical.optional_text, text)
        book.call(canonical.stop_text, [text, "x"])
        book.call(canonical.messages_text, ask(text)["messages"] * 2)
    book.call(canonical.optional_text, None)
    book.call(canonical.integers_text, ask(seed=2**64 - 1))
    for extra in EXTRAS:
        book.call(canonical.extra_text, extra)


def further_parameters(book: Recording) -> None:
    """Numbers in every spelling, and further parameters good and bad."""
    book.chapter("further parameters")
    for mantissa in ("0", "-0.0", "1", "10", "1.50", "-0.0010", "123456789.123456789", "9" * 25):
        for power in ("", "e0", "E5", "e-7", "e+20", "e-300", "e22"):
            book.call(json_numbers.canonical_number, mantissa + power)
    for extra in [None, *EXTRAS]:
        book.call(extra_parameters.canonical_extra, extra)
        book.call(extra_parameters.parse_extra, extra)
        book.call(extra_parameters.check_extra, extra, None)
        book.call(extra_parameters.check_extra, extra, "{}")
    for name in ("top_k", "", "é", "TOP_P", "Stream", "n", "a" * 65):
        book.call(extra_parameters.check_parameter_name, name)


def parts(book: Recording) -> None:
    """The parts of requests, and which fields differ."""
    book.chapter("parts of requests")
    requests = [ask(text, stop=[text], seed=1, response_format=text) for text in TEXTS]
    requests += [ask(extra=extra) for extra in EXTRAS if extra.endswith("}")]
    before, model = "", "m@1:q4"
    for request in requests:
        book.call(request_parts.messages_hash, request)
        text = book.call(request_parts.parts_text, request) or before
        book.call(request_parts.differing_fields, before, "a", model, text, "b", "m@2:q4")
        before = text
