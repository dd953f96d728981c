"""Reading the usual reply of OpenAI's form without parsing it.

A transform runs on every node for every reply, and JSON is the dearest thing that it meets, while
searching bytes costs little. Of the usual shape four values are looked up: the content, or the
text, of the only choice, why it ended, and two counts. The brackets before and behind the content
tell where it stands; what else there is, is not looked at. Whatever is not of that shape is None
here, and is parsed in full.
"""

from typing import Any

from infer_core.reply_fields import ModelReply
from refrain_core.json_texts import parse_json

_BLANKS = b" \t\r\n"
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")
_CONTROLS = bytes(range(32))
_REASON = b'"finish_reason":"'
_USAGE = b',"usage":{'
_LONGEST_COUNT = 9


def skimmed(body: bytes) -> "ModelReply | None":
    """Read a reply of the usual shape, or return None."""
    quiet = body.replace(b"\\\\", b"..").replace(b'\\"', b"..")
    is_chat = b'"message"' in quiet
    key = b'"content"' if is_chat else b'"text"'
    start = quiet.find(b'"', _after_colon(quiet, quiet.find(key), len(key)))
    end = quiet.find(b'"', start + 1)
    head = quiet[:start].translate(None, _BLANKS)
    tail = quiet[end:].translate(None, _BLANKS)
    if end < 0 or not head.endswith(key + b":") or b'"reasoning_content"' in quiet:
        return None
    closing = b"}}]" if is_chat else b"}]"
    choice_end = _choice_end(head, tail, is_chat, closing)
    if not choice_end:
        return None
    reason = _reason(head.partition(b'"message":{')[0] + tail[:choice_end])
    counts = _counts(tail[choice_end:])
    text = _text(body[start + 1 : end])
    if reason is None or counts is None or text is None:
        return None
    return ModelReply(text, reason, counts[0], counts[1])


def _after_colon(quiet: bytes, index: int, length: int) -> int:
    """Return where a value may begin behind a key; what is not there begins nowhere."""
    return index + length if index > 0 else len(quiet)


def _choice_end(head: bytes, tail: bytes, is_chat: bool, closing: bytes) -> int:  # noqa: FBT001
    """Return where the list of choices ends behind the content; 0 if it is no such list.

    A bracket within a text elsewhere makes a reply unusual, no more.
    """
    brackets = tail.translate(None, _NO_BRACKETS)
    is_usual = (
        head.translate(None, _NO_BRACKETS) == (b"{[{{" if is_chat else b"{[{")
        and b'"choices":[{' in head
        and (not is_chat or b'"message":{' in head)
        and brackets.startswith(closing)
        and _closes(brackets[len(closing) :])
    )
    return tail.find(b"}]") + 2 if is_usual else 0


def _closes(brackets: bytes) -> bool:
    """Tell whether brackets, of no more than two levels, close each other but for the last one."""
    return brackets.replace(b"[]", b"").replace(b"{}", b"").replace(b"{}", b"") == b"}"


def _reason(choice: bytes) -> "str | None":
    """Read why the only choice ended, from what stands around its content."""
    if b'"index":0,' not in choice and b'"index"' in choice:
        return None
    before, found, value = choice.partition(_REASON)
    word = value.partition(b'"')[0]
    if found and word.isalpha() and b'"finish_reason"' not in value:
        return word.decode()
    return "" if b'"finish_reason":null' in before and b'"finish_reason":"' not in value else None


def _counts(rest: bytes) -> "tuple[int, int] | None":
    """Read the two counts of the usage, which stands behind the choices, before other objects."""
    between, found, usage = rest.partition(_USAGE)
    if not found or b"{" in between or b"[" in between or _USAGE in usage:
        return None
    prompt = _count(usage, b'"prompt_tokens":')
    completion = _count(usage, b'"completion_tokens":')
    return None if prompt is None or completion is None else (prompt, completion)


def _count(usage: bytes, key: bytes) -> "int | None":
    before, found, value = usage.partition(key)
    digits = value.partition(b",")[0].partition(b"}")[0]
    if not found or b"{" in before or b"}" in before or len(digits) > _LONGEST_COUNT:
        return None
    is_count = digits.isdigit() and (digits == b"0" or digits[:1] != b"0")
    return int(digits) if is_count else None


def _text(raw: bytes) -> "str | None":
    """Read what stands in the quotes of a text, as JSON does."""
    try:
        if len(raw.translate(None, _CONTROLS)) != len(raw):
            return None
        if b"\\" not in raw:
            return raw.decode()
        if b"\\u" in raw:
            text: Any = parse_json('"' + raw.decode() + '"')
            return text if isinstance(text, str) else None
        return _unescaped(raw).decode()
    except ValueError:
        return None


def _unescaped(raw: bytes) -> bytes:
    """Replace the escapes of one letter.

    Raises:
        ValueError: there is another escape.
    """
    parts = raw.split(b"\\\\")
    for index, part in enumerate(parts):
        plain = part.replace(b'\\"', b'"').replace(b"\\n", b"\n").replace(b"\\/", b"/")
        if b"\\" in plain:
            plain = plain.replace(b"\\t", b"\t").replace(b"\\r", b"\r")
            plain = plain.replace(b"\\b", b"\b").replace(b"\\f", b"\f")
        if b"\\" in plain:
            raise ValueError("an escape that JSON does not have")
        parts[index] = plain
    return b"\\".join(parts)
