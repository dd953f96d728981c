"""Every parser that reads what strangers send, with valid inputs and the refusals it may raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.artefact.build import build
from kybra_replica.artefact.compression import packed
from kybra_replica.artefact.read import read as read_artefact
from kybra_replica.artefact.refusals import ArtefactRefused
from kybra_replica.candid.decode import decode as decode_candid
from kybra_replica.candid.encode import encode as encode_candid
from kybra_replica.candid.errors import CandidDecodeError, CandidTextError
from kybra_replica.candid.model import Func
from kybra_replica.candid.text.messages import decode_text, encode_text
from kybra_replica.candid.text.program_parser import parse_program
from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.certifier import Certifier
from kybra_replica.ic_http.endpoints import parse_endpoint
from kybra_replica.ic_http.envelope import read_message, read_read_state
from kybra_replica.ic_http.refusals import RequestRefused
from kybra_replica.kernel.principals import InvalidPrincipalError, bytes_of
from kybra_replica.pocket_ic import fields
from kybra_replica.pocket_ic.faults import PocketIcError
from refrain.agent.certificate import verified
from refrain.agent.faults import Untrusted
from refrain.client.certified_hits import Witness
from refrain.client.openai_request import read_openai
from refrain.failures import Refused
from refrain_core.answer_log import AnswerLog
from refrain_core.extra_parameters import canonical_extra
from tests.architecture.source_tree import CANISTERS, ROOT
from tests.replica.conftest import toy_program
from tests.system.network import request
from tests.unit.ic_http.signed_requests import NOW_NS
from tests.unit.ic_http.test_certificates import keys

if TYPE_CHECKING:
    from collections.abc import Callable

CANISTER = "rrkah-fqaaa-aaaaa-aaaaq-cai"
OPENAI_BODIES = (
    '{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.1,"top_k":4e1}',
    (
        '{"model":"m@1:q","prompt":"\\u00e9","stop":["a"],"seed":7,"response_format":{"type":'
        '"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}}'
    ),
)


class Parser(NamedTuple):
    """A parser as a function of bytes: it returns, or raises one of `refusals`."""

    name: str
    parse: Callable[[bytes], Any]
    seeds: tuple[bytes, ...]
    refusals: type[Exception] | tuple[type[Exception], ...]


def _of_text(parse: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda data: parse(data.decode(errors="replace"))


def _did(name: str) -> str:
    return (ROOT / "canisters" / name / f"{name}.did").read_text()


def _candid() -> Parser:
    program = parse_program(_did("batcher"))
    assert program.service is not None
    ask = dict(program.service.methods)["ask"]
    assert isinstance(ask, Func)
    seeds = tuple(
        encode_candid(ask.args, (request(prompt, seed=seed, stop=["\n"]),), program.types)
        for prompt, seed in (("What is a canister?", 7), ("ß𝄞", None))
    )
    return Parser(
        "Candid messages, as the batcher's ask",
        lambda data: decode_candid(data, ask.args, program.types),
        seeds,
        CandidDecodeError,
    )


def _content(kind: str, **more: Any) -> bytes:
    content = {"request_type": kind, "sender": b"\x04", "ingress_expiry": NOW_NS, **more}
    return cbor.encode_self_described({"content": content})


def _requests() -> tuple[Parser, Parser]:
    target = {"canister_id": bytes_of(CANISTER), "method_name": "ask", "arg": b"DIDL\x00\x00"}
    path = [b"request_status", bytes(32), b"reply"]
    return (
        Parser(
            "call envelopes",
            lambda data: read_message(data, "call"),
            (_content("call", **target), _content("call", **target, nonce=b"1")),
            RequestRefused,
        ),
        Parser(
            "read_state envelopes",
            read_read_state,
            (_content("read_state", paths=[path, [b"time"]]),),
            RequestRefused,
        ),
    )


def _certificates() -> Parser:
    certifiers = [Certifier(keys(delegated=delegated)) for delegated in (False, True)]
    root_key, canister = certifiers[0].root_key, bytes_of(CANISTER)
    return Parser(
        "certificates",
        lambda data: verified(data, root_key, canister, NOW_NS),
        tuple(each.certify([(b"subnet",)], NOW_NS) for each in certifiers),
        Untrusted,
    )


def _prompts() -> tuple[Parser, Parser]:
    return (
        Parser(
            "requests of OpenAI's form",
            _of_text(read_openai),
            tuple(body.encode() for body in OPENAI_BODIES),
            Refused,
        ),
        Parser(
            "further parameters",
            _of_text(canonical_extra),
            (b'{"top_k":40,"logit_bias":{"7":-1e2},"a":[null,true,"\\u00e9\\ud83d\\ude00"]}',),
            ValueError,
        ),
    )


def _witnesses() -> Parser:
    log = AnswerLog(b"1|0")
    log.extend([bytes(32)] * 45)
    log.root()
    return Parser(
        "witnesses of certified hits",
        lambda data: Witness(data.hex()).rows(),
        tuple(bytes.fromhex(log.witness(number)) for number in (0, 44)),
        Untrusted,
    )


def _cbor() -> Parser:
    answer = cbor.encode_uncounted({"status": "replied", "reply": {}})
    return Parser("CBOR", cbor.decode, (_content("call", arg=b"x"), answer), RequestRefused)


def parsers() -> list[Parser]:
    """All of them."""
    messages = tuple(
        encode_text(text) for text in ('(1, "x", vec { 2 })', "(record { a = opt true }, null)")
    )
    texts = ('(1 : nat8, "x", vec { -2.5e3 })', '(record { a = opt variant { b } }, blob "\\00")')
    endpoints = (f"/api/v3/canister/{CANISTER}/call", f"/api/v2/subnet/{CANISTER}/read_state")
    calls = b'{"sender": "BA==", "canister_id": "AAAAAAAAAAEBAQ==", "method": "ask", "payload": ""}'
    return [
        _cbor(),
        *_requests(),
        _certificates(),
        _witnesses(),
        _candid(),
        Parser("Candid messages of any type", decode_text, messages, CandidDecodeError),
        Parser(
            "Candid values as text",
            _of_text(encode_text),
            tuple(text.encode() for text in texts),
            CandidTextError,
        ),
        Parser(
            "Candid programs",
            _of_text(parse_program),
            tuple(_did(name).encode() for name in CANISTERS),
            CandidTextError,
        ),
        Parser("principals", _of_text(bytes_of), (CANISTER.encode(),), InvalidPrincipalError),
        Parser(
            "URLs", _of_text(parse_endpoint), tuple(u.encode() for u in endpoints), RequestRefused
        ),
        Parser(
            "wasm artefacts",
            read_artefact,
            (build(toy_program("dice")), packed(build(toy_program("scribe")))),
            ArtefactRefused,
        ),
        *_prompts(),
        Parser("PocketIC bodies", fields.parse, (calls,), PocketIcError),
    ]
