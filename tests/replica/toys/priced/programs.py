"""Micro-programs as they were measured on the real runtime: each does one thing `count` times."""

import hashlib
import hmac
import json
import re
import struct
import unicodedata
import zlib
from typing import Any, NamedTuple

from kybra import Principal, ic

ENGLISH = "word " * 1_600
FIELDS = "a|b|c|d|e|f|g"
BYTES = ENGLISH.encode()
BYTES_64 = BYTES[:64]
BYTES_1100 = BYTES[:1_100]
BYTES_3000 = BYTES[:3_000]
TEXT_3000 = ENGLISH[:3_000]
TEXT_4000 = ENGLISH[:4_000]
SMALL_JSON = '{"a":1}'


def reply_text(characters: int) -> str:
    """A chat completion's reply of so many characters."""
    head = '{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"tiny",'
    choice = '"choices":[{"index":0,"message":{"role":"assistant","content":"CONTENT"},'
    usage = '"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":9}}'
    empty = head + choice + usage
    return empty.replace("CONTENT", "x" * (characters - len(empty) + 7))


REPLY_1200 = reply_text(1_200)
REPLY_8000 = reply_text(8_000)
REPLY_VALUE = json.loads(REPLY_8000)


class Point:
    """Three fields and a method."""

    def __init__(self, x: int, y: int, z: int) -> None:
        """Keep them."""
        self.x = x
        self.y = y
        self.z = z

    def one(self) -> int:
        """Return a constant."""
        return 1


def one() -> int:
    """Return a constant."""
    return 1


def nothing(count: int) -> None:
    for _ in range(count):
        pass


def multiply_add(count: int) -> None:
    total = 0
    for number in range(count):
        total = total * 31 + number


def call_function(count: int) -> None:
    for _ in range(count):
        one()


def call_method(count: int) -> None:
    point = Point(1, 2, 3)
    for _ in range(count):
        point.one()


def make_instance(count: int) -> None:
    for _ in range(count):
        Point(1, 2, 3)


def read_item(count: int) -> None:
    items = {"key": 1}
    for _ in range(count):
        found = items["key"]


def write_item(count: int) -> None:
    items = {"key": 1}
    for number in range(count):
        items["key"] = number


def append(count: int) -> None:
    items = []
    for number in range(count):
        items.append(number)


def read_attribute(count: int) -> None:
    point = Point(1, 2, 3)
    for _ in range(count):
        found = point.x


def format_text(count: int) -> None:
    for number in range(count):
        text = f"{number}:{count}"


def raise_and_catch(count: int) -> None:
    for _ in range(count):
        try:
            raise ValueError("x")
        except ValueError:
            pass


def fibonacci(number: int) -> int:
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


def xxh64_lanes(count: int) -> None:
    """The main loop of XXH64 over 8,000 bytes: every word in its lane."""
    mask, first, second = 0xFFFFFFFFFFFFFFFF, 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F
    one, two, three, four = 0x60EA27EEADC0B5D6, second, 0, 0x61C8864E7A143579
    for start in range(0, 8_000, 32):
        a, b, c, d = struct.unpack_from("<4Q", BYTES, start)
        one = (one + a * second) & mask
        one = (((one << 31) | (one >> 33)) & mask) * first & mask
        two = (two + b * second) & mask
        two = (((two << 31) | (two >> 33)) & mask) * first & mask
        three = (three + c * second) & mask
        three = (((three << 31) | (three >> 33)) & mask) * first & mask
        four = (four + d * second) & mask
        four = (((four << 31) | (four >> 33)) & mask) * first & mask


def define_named_tuple(count: int) -> None:
    class Pair(NamedTuple):
        left: int
        right: int


def repeat_text(count: int) -> None:
    "x" * 1_000


def repeat_bytes(count: int) -> None:
    b"y" * 10_000


def import_decimal(count: int) -> Any:
    import decimal

    return decimal


def import_heapq(count: int) -> Any:
    import heapq

    return heapq


ONE_LINERS: dict[str, Any] = {
    "sha256 64": lambda: hashlib.sha256(BYTES_64).digest(),
    "sha256 1100": lambda: hashlib.sha256(BYTES_1100).digest(),
    "sha256 8000": lambda: hashlib.sha256(BYTES).digest(),
    "blake2b 1100": lambda: hashlib.blake2b(BYTES_1100).digest(),
    "hmac": lambda: hmac.new(b"key", b"message", "sha256").digest(),
    "crc32": lambda: zlib.crc32(BYTES),
    "loads small": lambda: json.loads(SMALL_JSON),
    "loads 1200": lambda: json.loads(REPLY_1200),
    "loads 8000": lambda: json.loads(REPLY_8000),
    "dumps small": lambda: json.dumps({"a": 1}),
    "dumps 8000": lambda: json.dumps(REPLY_VALUE),
    "split": lambda: ENGLISH.split(),
    "split 7": lambda: FIELDS.split("|", 6),
    "nfc": lambda: unicodedata.normalize("NFC", ENGLISH),
    "lower": lambda: ENGLISH.lower(),
    "replace": lambda: ENGLISH.replace("q", "r"),
    "find": lambda: ENGLISH.find("q"),
    "find bytes": lambda: BYTES_3000.find(b"q"),
    "in": lambda: "q" in TEXT_3000,
    "search": lambda: re.search("q", TEXT_4000),
    "caller": lambda: ic.caller(),
    "to_str": lambda: Principal(b"\x04").to_str(),
    "id": lambda: ic.id(),
    "time": lambda: ic.time(),
    "print": lambda: ic.print("line"),
    "certified": lambda: ic.set_certified_data(b"x" * 32),
}

LOOPS: dict[str, Any] = {
    "multiply-add": multiply_add,
    "function": call_function,
    "method": call_method,
    "instance": make_instance,
    "dict get": read_item,
    "dict set": write_item,
    "append": append,
    "attribute": read_attribute,
    "f-string": format_text,
    "raise": raise_and_catch,
}

ONCE: dict[str, Any] = {
    "fibonacci 20": lambda count: fibonacci(20),
    "xxh64": xxh64_lanes,
    "named tuple": define_named_tuple,
    "repeat text": repeat_text,
    "repeat bytes": repeat_bytes,
    "import decimal": import_decimal,
    "import heapq": import_heapq,
}
