"""Principals, alone and in references: what passes for one, and the reasons against the rest."""

from typing import Any

import pytest
from kybra import Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import CandidType, Func, Primitive, Service, TypeTable

PRINCIPAL = Primitive("principal")
TABLE = TypeTable()


class Caller:
    """Something with `to_str()` that is not kybra's Principal."""

    def __init__(self, text: Any) -> None:
        """Answer `text`."""
        self.text = text

    def to_str(self) -> Any:
        """Give the text."""
        return self.text


class Holder:
    """What a Service instance shows of itself."""

    def __init__(self, text: str) -> None:
        """Point at the canister of that text."""
        self.canister_id = Caller(text)


def there_and_back(of: CandidType, value: Any) -> Any:
    """Convert a value to bytes and those to a value."""
    (found,) = decode(encode([of], [value], TABLE), [of], TABLE)
    return found


@pytest.mark.parametrize("text", ["aaaaa-aa", "2vxsx-fae", "ryjl3-tyaaa-aaaaa-aaaba-cai"])
def test_principals_come_back_as_kybras_own(text: str) -> None:
    """Kybra's class, a class of one's own, a Func's and a Service's canister all arrive."""
    func, service = Func((), ()), Service(())
    for value in (Principal.from_str(text), Caller(text)):
        back = there_and_back(PRINCIPAL, value)
        assert type(back) is Principal
        assert back.to_str() == text
        canister, method = there_and_back(func, (value, "m"))
        assert (canister.to_str(), method) == (text, "m")
    assert there_and_back(service, Holder(text)).to_str() == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("aa1aa-aa", "Text must be in valid Base32 encoding."),
        ("", "Text is too short."),
        ("é", "Text must be in valid Base32 encoding."),
        ("aaaab-aa", "CRC32 check sequence doesn't match with calculated from Principal bytes."),
        (
            "aaaaaaa",
            'Text should be separated by - (dash) every 5 characters: expected "aaaaa-aa"',
        ),
        ("a" * 56, "Text is too long."),
    ],
)
def test_a_text_that_is_no_principal_is_a_type_error(text: str, complaint: str) -> None:
    """The ic_principal crate's reason stands in the TypeError."""
    with pytest.raises(TypeError) as caught:
        encode([PRINCIPAL], [Caller(text)], TABLE)
    assert str(caught.value) == f"could not convert value to Principal: {complaint}"
    with pytest.raises(TypeError) as caught:
        encode([Service(())], [Holder(text)], TABLE)
    assert str(caught.value) == f"TypeError: Could not convert value to Principal: {complaint}"


def test_a_principal_of_thirty_bytes_is_refused() -> None:
    """Kybra's class does not mind, the conversion does."""
    with pytest.raises(TypeError, match="Text is too long"):
        encode([PRINCIPAL], [Principal(bytes=bytes(30))], TABLE)


def test_a_to_str_that_gives_no_text_is_refused() -> None:
    """Kybra wants a str there."""
    with pytest.raises(TypeError, match="Expected type 'str' but 'int' found"):
        encode([PRINCIPAL], [Caller(5)], TABLE)
