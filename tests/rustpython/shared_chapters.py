"""What the canisters share: keys, checks, names, texts, JSON, leases, prices, roles."""

import json

from refrain_core import (
    access,
    canonical,
    chunked_text,
    fingerprint,
    json_texts,
    leases,
    model_names,
    namespaces,
    outcall_price,
    outcall_price_v2,
    refusals,
    request_checks,
    xxh64,
)
from tests.rustpython import inputs
from tests.rustpython.inputs import ANONYMOUS, EXTRAS, OTHER, TENANT, TEXTS, Inputs, ask
from tests.rustpython.recording import Recording

MODEL_TEXTS = [
    *("m@1:q4", "m", "n", "m@1", "", "M@x:y", "a b@1:q", "m@1:q4:z", "m@@1:q", "é@1:q", "m|x@1:q"),
    *("org/m.x_-:7@main:Q4_K_M", "m@1:" + "q" * 197, "m@1:\u0663", "@1:q", "m@:q", "m@1:"),
]

JSON_TEXTS = [
    *("", " ", "null", "true", "nul", "{}", "[1,2", '{"a":1}', '{"a":1,"a":2}', "{1:2}", "[1,]"),
    *("'a'", '"\t"', '"abc', "[1 2]", "\ufeff{}", "\x0b[]", "[\u00a01]", '{"a":1}x', "/**/1"),
    *("0", "-0", "-0.0", "01", "-01", "1.", "1.5", ".5", "1e5", "1E+5", "1e-7", "1e", "1e+", "-"),
    *("+1", "--1", "1.e5", "0x1", "1_0", "1.5.5", "1e999", "-1e999", "NaN", "Infinity", "1" * 100),
    *("1" * 101, "1" * 5_000, "12345678901234567890.5", "\u0663", "1\u0663", "e", "E", "+", "."),
    *("error: x", "[1e\\\\5]", "[1e\\5]", '[1e\\"5]', '"\\\\"1e', '{"a":e}', "-Infinity"),
    *(
        '"\\u00e9"',
        '"\\ud83d\\ude00"',
        '"é\\ud83d\\ude00xyz"',
        '"日本\\uD83D\\uDE00x"',
        '"\\ud83d"',
    ),
    *('"\\ude00"', '"\\ud83d\\ud83d\\ude00"', '"\\ud83d\\n"', '"\\\\ud800"', '"\\\\\\ud800"'),
    *('{"\\ud800":1}', '"\\ud83d\\\\ude00"', '"\\u12"', '"\\ud83"', '"\\u+123"', '"\\ud83d\\u004"'),
    *("[" * 100 + "]" * 100, "[" * 101 + "]" * 101, "[" * 500 + "]" * 500, "[" * 100_000),
    *('{"a":' * 500 + "1" + "}" * 500, '[{"a":' * 50 + "1" + "}]" * 50, "[}", "[[]"),
]

MUTATED = [
    '{"choices":[{"message":{"content":"é日\\\\a\\ud83d\\ude00b"},"finish_reason":"stop"}]}',
    '[1,2,{"a":null,"b":[true,false,-3.5e2]},"x\\n\x7f"]',
]
_NOISE = "{}[]\",:\\ud8u0019-.eE+ \ntrufals'é日\U0001f600\x0b\x1b"


def add(book: Recording) -> None:
    """Record all chapters."""
    keys(book)
    digests(book)
    requests(book)
    names(book)
    pieces(book)
    read_json(book)
    written_json(book)
    refusals_and_roles(book)
    leases_and_prices(book)


def keys(book: Recording) -> None:
    """Canonical texts, digests and short keys of awkward and of random requests."""
    book.chapter("canonical texts, digests and short keys")
    made = Inputs(1)
    requests = [ask(text, stop=[text], response_format=text) for text in TEXTS]
    for _ in range(400):
        seed = made.random.choice([None, 0, 2**64 - 1])
        requests.append(ask(messages=made.messages(40), seed=seed, max_tokens=5))
    requests += [ask(extra=extra) for extra in EXTRAS]
    for request in [*requests, ask(model="m")]:
        canonical_text = book.call(canonical.canonical_text, request, "public")
        if canonical_text is not None:
            digest = book.call(fingerprint.digest_of, canonical_text)
            for probe in range(4):
                book.call(fingerprint.short_key, digest, probe)


def digests(book: Recording) -> None:
    """XXH64 of every short length, and digests good and bad."""
    book.chapter("xxh64 and digests")
    made = Inputs(2)
    for size in [*range(70), 255, 1_000]:
        for seed in (0, 1, 2**64 - 1):
            book.call(xxh64.xxh64, made.random.randbytes(size), seed)
        book.call(xxh64.xxh64_of_stripe, made.random.randbytes(32), size % 4)
    for text in ("", "0" * 64, "f" * 63, "F" * 64, "g" * 64, "\u0663" * 64, made.digest()):
        book.call(fingerprint.is_digest, text)
        book.call(fingerprint.short_key, text)


def requests(book: Recording) -> None:
    """Every refusal of a request."""
    book.chapter("request checks")
    for request in inputs.odd_requests():
        book.call(request_checks.check_request, request)


def names(book: Recording) -> None:
    """Model names and namespaces."""
    book.chapter("model names and namespaces")
    for text in MODEL_TEXTS:
        book.call(model_names.parse_model, text)
        book.call(model_names.resolve_model, text, ["m@1:q4", "n@2:f16", "m@2:q8"])
        book.call(model_names.resolve_model, text, ["m@1:q4"])
    for requested in (None, "public", "", "Public", TENANT, "shared:lab", "shared:", "shared:é"):
        for caller in (ANONYMOUS, TENANT):
            book.call(namespaces.namespace_for, requested, caller)
            book.call(namespaces.nobody, requested, caller)
        book.call(namespaces.is_shared_name, requested or "")
    for namespace in ("public", TENANT, OTHER):
        book.call(namespaces.may_see, namespace, TENANT)


def pieces(book: Recording) -> None:
    """Text cut by bytes, inside and beside characters of one to four bytes."""
    book.chapter("chunked text")
    made = Inputs(3)
    for text in [*TEXTS, *[made.text(300) for _ in range(120)], "\U0001f600" * 2_500]:
        book.call(chunked_text.utf8_len, text)
        for piece_bytes in (3, 4, 5, 7, 64, 4_000):
            book.call(chunked_text.split_utf8, text, piece_bytes)


def read_json(book: Recording) -> None:
    """JSON good, bad and hostile, and thousands of small changes to good JSON."""
    book.chapter("JSON read")
    for text in JSON_TEXTS:
        book.call(json_texts.parse_json, text)
        book.call(json_texts.parse_exact, text)
    made = Inputs(4)
    for _ in range(2_500):
        letters = list(made.random.choice(MUTATED))
        for _ in range(made.random.randint(1, 3)):
            start = made.random.randrange(len(letters))
            end = start + made.random.randrange(2)
            letters[start:end] = made.random.choices(_NOISE, k=made.random.randrange(2))
        book.call(json_texts.parse_json, "".join(letters))


def written_json(book: Recording) -> None:
    """JSON written, of every character below U+0400 and of nested values."""
    book.chapter("JSON written")
    for start in range(0, 0x400, 16):
        text = "".join(chr(code) + "b" for code in range(start, start + 16))
        book.call(json_texts.json_text, text)
    numbers = [0, -1, 2**70, 0.1, 1e16, 1e-7, 5e-324, 1.7976931348623157e308, -0.0, 1e22, 123456.0]
    book.call(json_texts.json_text, {"b": numbers, "a": [None, True, False, {}, []], "é": ("x",)})
    made = Inputs(5)
    for _ in range(200):
        text = book.call(json_texts.json_text, {made.text(5): made.text(60), "k": [made.text(9)]})
        assert json.loads(text) == book.call(json_texts.parse_json, text)


def refusals_and_roles(book: Recording) -> None:
    """Constructors of refusals, and decisions over roles."""
    book.chapter("refusals and roles")
    for function in (
        *(refusals.bad_request, refusals.unknown_model, refusals.not_allowed, refusals.timeout),
        *(refusals.unreachable, refusals.bad_reply, refusals.no_consensus, refusals.lease_lost),
        *(refusals.closing, refusals.internal, refusals.busy, refusals.rate_limited),
        refusals.not_cached,
        refusals.cancelled,
    ):
        book.call(function, "t\u0301")
    for pair in (refusals.too_few_cycles, refusals.out_of_cycles, refusals.response_too_large):
        book.call(pair, 10**20, 0)
    book.call(refusals.too_large, "bytes", 2, 1)
    book.call(refusals.provider_error, 500, "d")
    for text in (
        TENANT,
        ANONYMOUS,
        "aaaaa-aa",
        "AAAAA-aa",
        "",
        "-",
        "aaaaa-",
        "a" * 70,
        "aaaa1-aa",
    ):
        book.call(access.is_principal_text, text)
        book.call(access.refuse_grant, text)
        for listed in ({TENANT}, {TENANT, OTHER}, set[str]()):
            book.call(access.refuse_unless_controller, text, listed)
            book.call(access.refuse_unless_listed, text, listed, "writer")
            book.call(access.refuse_controller_removal, text, listed)


def leases_and_prices(book: Recording) -> None:
    """Leases at their edges, and prices of outcalls."""
    book.chapter("leases and prices")
    lease = book.call(leases.Lease, 3, 100)
    for now_ns in (99, 100, 101):
        book.call(leases.held, None, now_ns)
        book.call(leases.held, lease, now_ns)
        for token in (3, 4):
            book.call(leases.may_settle, lease, token, now_ns)
    book.call(leases.may_settle, None, 3, 1)
    book.call(leases.unpack_lease, book.call(leases.pack_lease, lease))
    for text in ("", "1", "1|2|3", "a|b", "1|b"):
        book.call(leases.unpack_lease, text)
    for sizes in ((0, 0), (100, 2_000), (8_000, 2_000_000)):
        book.call(outcall_price.outcall_fee_cycles, *sizes)
        book.call(outcall_price.outcall_fee_cycles, *sizes, nodes=34)
        exchange = outcall_price_v2.Exchange(*sizes, sizes[0], 20_000, 5_000_000)
        book.call(outcall_price_v2.replicated_fee_cycles, exchange, 34)
        book.call(outcall_price_v2.single_fee_cycles, exchange, 13)
        book.call(outcall_price_v2.flexible_fee_cycles, exchange, 13, 2, 3)
    for tokens in (0, 1, 512, 4_096, 100_000, 200_000):
        book.call(outcall_price.max_response_bytes_for, tokens)
