"""A toy that writes and reads Candid's text."""

from kybra import CandidError, blob, ic, query, text


@query
def encoded(source: text) -> text:
    try:
        return ic.candid_encode(source).hex()
    except CandidError as error:
        return f"CandidError: {error}"


@query
def decoded(message: blob) -> text:
    try:
        return ic.candid_decode(message)
    except CandidError:
        return "CandidError"


@query
def of_a_number() -> text:
    return ic.candid_encode(5).hex()
