"""The canonical text separates all requests that differ, and joins all that are equal."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain_core.canonical import canonical_text
from refrain_core.unlike_characters import YOUNG_MARKS

STEADY = settings(deadline=None, derandomize=True, max_examples=300)

# Few letters make equal texts, and texts that imitate the notation, likely.
TEXTS = st.text(alphabet="ai1:;nsl|e\u0301\u00e9", max_size=6)
MODELS = st.sampled_from(["m@r:q", "m@r:q4", "m@r4:q", "mr@r:q"])
NAMES = st.sampled_from(["a", "b", "top_k"])
ROLES = st.sampled_from(["system", "user", "assistant"])
VALUES = st.recursive(
    st.sampled_from([True, False, "", "1", 0, 1, 10, -1, 0.5]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
EXTRAS = st.none() | st.dictionaries(NAMES, VALUES, max_size=2).map(json.dumps)
NUMBERS = st.none() | st.integers(min_value=0, max_value=12)
REQUESTS = st.fixed_dictionaries(
    {
        "namespace": st.none(),
        "model": MODELS,
        "messages": st.lists(st.fixed_dictionaries({"role": ROLES, "content": TEXTS}), max_size=3),
        "max_tokens": NUMBERS,
        "temperature_micros": NUMBERS,
        "top_p_micros": NUMBERS,
        "seed": NUMBERS,
        "stop": st.lists(TEXTS, max_size=2),
        "response_format": st.none() | TEXTS,
        "extra": EXTRAS,
    }
)


def normal(value: Any) -> Any:
    """Normalise every text inside plain data."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    return value


def meaning(one: dict[str, Any], namespace: str) -> Any:
    """What a request says: its texts normalised, `extra` as JSON in which 1 is not true."""
    plain = normal({name: value for name, value in one.items() if name != "extra"})
    extra = json.loads(one["extra"] or "{}", parse_float=float, parse_int=float)
    return [plain, normal(namespace), json.dumps(extra, sort_keys=True)]


def request(**fields: Any) -> dict[str, Any]:
    """Build a plain request with some fields replaced."""
    plain: dict[str, Any] = {
        "namespace": None,
        "model": "tiny@r1:Q4_K_M",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": None,
        "temperature_micros": 0,
        "top_p_micros": None,
        "seed": None,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": None,
    }
    return {**plain, **fields}


@STEADY
@given(REQUESTS, REQUESTS, TEXTS, TEXTS)
def test_texts_are_equal_exactly_if_the_requests_are(
    one: dict[str, Any], other: dict[str, Any], namespace: str, other_namespace: str
) -> None:
    """Two requests share a canonical text if and only if they are equal after NFC."""
    same_text = canonical_text(one, namespace) == canonical_text(other, other_namespace)
    same_request = meaning(one, namespace) == meaning(other, other_namespace)
    assert same_text == same_request


@STEADY
@given(REQUESTS, st.data())
def test_one_changed_field_changes_the_text(one: dict[str, Any], data: st.DataObject) -> None:
    """Requests that differ in a single field, the likeliest to collide, are told apart."""
    other = data.draw(REQUESTS)
    field = data.draw(st.sampled_from(sorted(one)))
    near = {**one, field: other[field]}
    same_text = canonical_text(one, "public") == canonical_text(near, "public")
    assert same_text == (meaning(one, "public") == meaning(near, "public"))


def test_text_moved_between_messages_is_another_request() -> None:
    """The boundary between two contents is part of the request."""
    one = request(messages=[{"role": "user", "content": c} for c in ("ab", "c")])
    other = request(messages=[{"role": "user", "content": c} for c in ("a", "bc")])
    assert canonical_text(one, "public") != canonical_text(other, "public")


def test_an_absent_parameter_differs_from_every_value() -> None:
    """An absent seed and seed 0 are different requests."""
    assert canonical_text(request(seed=0), "a") != canonical_text(request(seed=None), "a")


def test_composed_and_decomposed_text_are_one_request() -> None:
    """The letter e with an acute accent has one key in both of its spellings."""
    one = request(messages=[{"role": "user", "content": "caf\u00e9"}])
    other = request(messages=[{"role": "user", "content": "cafe\u0301"}])
    assert canonical_text(one, "public") == canonical_text(other, "public")


@pytest.mark.parametrize("content", ["a\u07fd\u0301", "e\u0301\U00011930", "\uac00\u11a7"])
def test_text_with_a_character_that_interpreters_normalise_apart_stays_as_it_is(
    content: str,
) -> None:
    """Marks younger than RustPython's tables, and the vowel that it drops, have one key on both."""
    one = request(messages=[{"role": "user", "content": content}])
    assert f"s{len(content)}:{content}i0;" in canonical_text(one, "public")


def test_young_marks_are_marks_or_unknown() -> None:
    """The list holds nothing that text is commonly made of; 3.10 does not know the last ones."""
    strangers = YOUNG_MARKS - set("\u1cf2\u1cf3\U000111c9")
    assert {unicodedata.category(mark)[0] for mark in strangers} <= {"M", "C"}


def test_the_text_of_a_plain_request_stays_as_it_is() -> None:
    """A golden text: changing it silently would lose every stored answer."""
    assert canonical_text(request(max_tokens=64, stop=["\n\n"]), "public") == (
        "refraini2;i1;s6:publics4:tinys2:r1s6:Q4_K_Ml1;s4:users5:hello"
        "i0;iNone;i64;iNone;l1;s2:\n\nn;n;s6:single"
    )


def test_further_parameters_are_written_in_one_form() -> None:
    """Order of names, spelling of numbers and blanks are not part of a request."""
    one = request(extra='{"top_k": 40.0, "a": {"z": -0.0, "b": [1e0, 0.10]}}')
    other = request(extra='{"a":{"b":[1,1e-1],"z":0},"top_k":4E1,"min_p":null}')
    assert canonical_text(one, "public") == canonical_text(other, "public")
    assert canonical_text(one, "public").endswith(
        'n;s36:{"a":{"b":[1,0.1],"z":0},"top_k":40}s6:single'
    )


def test_how_to_use_the_cache_is_in_no_key() -> None:
    """cache_control does not change an answer, nor does an extra that holds nothing."""
    plain = canonical_text(request(), "public")
    assert canonical_text(request(cache_control="no-cache"), "public") == plain
    assert canonical_text(request(extra="{}"), "public") == plain


def test_a_model_that_is_not_named_whole_has_no_canonical_text() -> None:
    """A bare name could mean another model tomorrow."""
    with pytest.raises(ValueError, match="NAME@REVISION:QUANTIZATION"):
        canonical_text(request(model="tiny"), "public")
