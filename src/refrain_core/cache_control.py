"""What a request may ask of the cache: directives after RFC 9111 and RFC 5861, as one text.

    ttl=SECONDS                     how long the answer, if it is stored, stays fresh
    max-age=SECONDS                 take no stored answer that is older
    stale-while-revalidate=SECONDS  take one so long past its freshness, and renew it meanwhile
    stale-if-error=SECONDS          take one so long past its freshness, if the model fails
    no-cache                        ask the model although an answer is stored
    no-store                        keep nothing of this request
    only-if-cached                  never ask the model
    least-trust="quorum 2/3"        take no answer of a lesser trust label
    tags="a b"                      what the answer can later be removed by

They are separated by commas, their names are of any case, a number may be quoted. The text is no
part of the key: it decides whether an answer serves, never which answer it is.
"""

from typing import Any, NamedTuple

from refrain_core.refusals import bad_request, too_large
from refrain_core.trust_labels import trust_rank

MAX_CHARACTERS = 600
"""Room for every directive at its longest; a longer text is refused unread."""

MAX_SECONDS = 315_360_000
"""Ten years; more means as much, as RFC 9111 has it of numbers too great to represent."""

MAX_TAGS = 8
MAX_TAG_CHARACTERS = 32
TAG_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-")

_SHOWN_CHARACTERS = 40
_SECONDS = {
    "ttl": "ttl_s",
    "max-age": "max_age_s",
    "stale-while-revalidate": "stale_while_revalidate_s",
    "stale-if-error": "stale_if_error_s",
}
_FLAGS = {
    "no-cache": "no_cache",
    "no-store": "no_store",
    "only-if-cached": "only_if_cached",
}
_LEAST_TRUST = "least-trust"
_TAGS = "tags"
_KNOWN = (*_SECONDS, *_FLAGS, _LEAST_TRUST, _TAGS)
_BLANKS = " \t"
_WANTED_SECONDS = "give whole seconds from 0 up"
_WANTED = {
    _LEAST_TRUST: 'give a trust label such as "replicated" or "quorum 2/3"',
    _TAGS: (
        f"give at most {MAX_TAGS} tags between blanks, each of at most {MAX_TAG_CHARACTERS} "
        "ASCII letters, digits and ._:-"
    ),
}


class Directives(NamedTuple):
    """What a request asks of the cache; None, False and () ask for nothing."""

    ttl_s: "int | None" = None
    max_age_s: "int | None" = None
    stale_while_revalidate_s: "int | None" = None
    stale_if_error_s: "int | None" = None
    no_cache: bool = False
    no_store: bool = False
    only_if_cached: bool = False
    least_trust: "str | None" = None
    tags: "tuple[str, ...]" = ()


NO_DIRECTIVES = Directives()
"""What an absent or empty text says."""


def parse_directives(text: "str | None") -> "Directives | dict[str, Any]":
    """Read a text of directives, or return the refusal of one; linear in its bounded length."""
    if not text:
        return NO_DIRECTIVES
    if len(text) > MAX_CHARACTERS:
        return too_large("characters", len(text), MAX_CHARACTERS)
    fields: dict[str, Any] = {}
    for part in text.split(","):
        member = part.strip(_BLANKS)
        refusal = _read_member(member, fields) if member else None
        if refusal is not None:
            return refusal
    return _refuse_contradiction(fields) or Directives(**fields)


def directives_text(directives: Directives) -> str:
    """Write directives as `parse_directives` reads them, each once, in the order of the fields."""
    members = [
        f"{name}={getattr(directives, field)}"
        for name, field in _SECONDS.items()
        if getattr(directives, field) is not None
    ]
    members.extend([name for name, field in _FLAGS.items() if getattr(directives, field)])
    if directives.least_trust is not None:
        members.append(f'{_LEAST_TRUST}="{directives.least_trust}"')
    if directives.tags:
        members.append(f'{_TAGS}="{" ".join(directives.tags)}"')
    return ", ".join(members)


def _read_member(member: str, fields: "dict[str, Any]") -> "dict[str, Any] | None":
    """Read one directive into `fields`, or return its refusal."""
    written, equals, value = member.partition("=")
    name = written.lower()
    if name not in _KNOWN:
        known = ", ".join(_KNOWN)
        return bad_request(f"unknown directive {_shown(written)} of cache_control; known: {known}")
    field = _field_of(name)
    if field in fields:
        return bad_request(f"{name} is given twice: give it once")
    if bool(equals) == (name in _FLAGS):
        return bad_request(f"{name} takes no value" if equals else f"{name} needs a value")
    fields[field] = _value_of(name, _unquoted(value))
    if fields[field] is None:
        return bad_request(f"{name} is {_shown(value)}: {_WANTED.get(name, _WANTED_SECONDS)}")
    return None


def _refuse_contradiction(fields: "dict[str, Any]") -> "dict[str, Any] | None":
    if "no_cache" in fields and "only_if_cached" in fields:
        return bad_request("no-cache with only-if-cached leaves nothing to answer: drop one")
    if "no_store" in fields and "stale_while_revalidate_s" in fields:
        return bad_request("no-store with stale-while-revalidate could renew nothing: drop one")
    return None


def _field_of(name: str) -> str:
    return _SECONDS.get(name) or _FLAGS.get(name) or name.replace("-", "_")


def _value_of(name: str, value: str) -> Any:
    """Return the value of a directive's field; None if the text is no such value."""
    if name in _FLAGS:
        return True
    if name in _SECONDS:
        return _seconds(value)
    if name == _TAGS:
        return _tags(value)
    return value if trust_rank(value) else None


def _seconds(value: str) -> "int | None":
    if not (value.isascii() and value.isdigit()):
        return None
    return min(int(value), MAX_SECONDS)


def _tags(value: str) -> "tuple[str, ...] | None":
    tags = tuple(dict.fromkeys([tag for tag in value.split(" ") if tag]))
    if len(tags) > MAX_TAGS or not all(is_tag(tag) for tag in tags):
        return None
    return tags


def is_tag(text: str) -> bool:
    """Tell whether `text` may be a tag."""
    return 0 < len(text) <= MAX_TAG_CHARACTERS and TAG_LETTERS.issuperset(text)


def _unquoted(value: str) -> str:
    """Take the quotes from a quoted value; a single quote left over makes it no value at all."""
    is_quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
    return value[1:-1] if is_quoted else value


def _shown(text: str) -> str:
    return f"'{text[:_SHOWN_CHARACTERS]}'"
