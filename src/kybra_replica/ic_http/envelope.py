"""Bytes of a request's body in, a typed request out, or a refusal that says what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.content_fields import Fields
from kybra_replica.ic_http.refusals import Malformed
from kybra_replica.ic_http.request_id import hash_of_map

if TYPE_CHECKING:
    from collections.abc import Sequence

RequestType = Literal["call", "query", "read_state"]

MAX_NONCE_BYTES = 32
MAX_METHOD_NAME_BYTES = 20_000
MAX_PATHS = 1_000
MAX_PATH_LABELS = 127
MAX_KEY_BYTES = 1_024
MAX_SIGNATURE_BYTES = 4_096
MAX_DELEGATIONS = 20
MAX_TARGETS = 1_000
"""Limits of the interface specification and, for keys and signatures, generous ones of ours."""

_OF_EVERY_REQUEST = {"request_type", "sender", "ingress_expiry", "nonce"}
_OF_A_MESSAGE = _OF_EVERY_REQUEST | {"canister_id", "method_name", "arg"}
_OF_A_READ = _OF_EVERY_REQUEST | {"paths"}
_OF_A_DELEGATION = {"pubkey", "expiration", "targets", "permissions"}


@dataclass(frozen=True)
class Message:
    """A call or a query: what is asked of which canister."""

    sender: bytes
    expiry_ns: int
    canister_id: bytes
    method: str
    arg: bytes


@dataclass(frozen=True)
class ReadState:
    """Which paths of the state tree are asked for."""

    sender: bytes
    expiry_ns: int
    paths: tuple[tuple[bytes, ...], ...]


@dataclass(frozen=True)
class Delegation:
    """One step from the sender's key to the key that signed; `targets` None is any canister."""

    pubkey: bytes
    expiration_ns: int
    targets: frozenset[bytes] | None
    queries_only: bool
    signature: bytes
    digest: bytes


@dataclass(frozen=True)
class Envelope:
    """A request's content with what proves its sender; keys and signatures may be missing."""

    request_type: RequestType
    content: Message | ReadState
    request_id: bytes
    pubkey: bytes | None
    signature: bytes | None
    delegations: tuple[Delegation, ...]


def read_message(body: bytes, request_type: Literal["call", "query"]) -> tuple[Envelope, Message]:
    """Read the body of a call or of a query.

    Raises:
        Malformed: it is no such request.
    """
    envelope, fields = _split(body, request_type, _OF_A_MESSAGE)
    method = fields.text("method_name", MAX_METHOD_NAME_BYTES)
    message = Message(
        fields.principal("sender"),
        fields.nat64("ingress_expiry"),
        fields.principal("canister_id"),
        method,
        fields.blob("arg"),
    )
    return _enveloped(envelope, message, request_type, fields), message


def read_read_state(body: bytes) -> tuple[Envelope, ReadState]:
    """Read the body of a read_state request.

    Raises:
        Malformed: it is no such request.
    """
    envelope, fields = _split(body, "read_state", _OF_A_READ)
    read = ReadState(
        fields.principal("sender"),
        fields.nat64("ingress_expiry"),
        tuple(_path(path) for path in fields.array("paths", MAX_PATHS)),
    )
    return _enveloped(envelope, read, "read_state", fields), read


def _split(body: bytes, request_type: RequestType, known: set[str]) -> tuple[Fields, Fields]:
    whole = Fields.of(cbor.decode(body), "the envelope")
    fields = Fields.of(whole.held.get("content"), "content")
    fields.only(known)
    found = fields.text("request_type", MAX_KEY_BYTES)
    if found != request_type:
        raise Malformed(f"Expected request_type {request_type!r}, found {found!r:.50}")
    fields.blob_or_none("nonce", MAX_NONCE_BYTES)
    return whole, fields


def _enveloped(
    whole: Fields, content: Message | ReadState, request_type: RequestType, fields: Fields
) -> Envelope:
    return Envelope(
        request_type=request_type,
        content=content,
        request_id=hash_of_map(fields.held),
        pubkey=whole.blob_or_none("sender_pubkey", MAX_KEY_BYTES),
        signature=whole.blob_or_none("sender_sig", MAX_SIGNATURE_BYTES),
        delegations=_delegations(whole),
    )


def _path(labels: Any) -> tuple[bytes, ...]:
    if not isinstance(labels, list) or len(labels) > MAX_PATH_LABELS:
        raise Malformed(f"A path must be an array of at most {MAX_PATH_LABELS} labels")
    # Labels are bytes; a few clients write those that are names as text.
    path = tuple(label.encode() if isinstance(label, str) else label for label in labels)
    if not all(isinstance(label, bytes) for label in path):
        raise Malformed("A path's labels must be bytes")
    return path


def _delegations(whole: Fields) -> tuple[Delegation, ...]:
    if "sender_delegation" not in whole.held:
        return ()
    signed: Sequence[Any] = whole.array("sender_delegation", MAX_DELEGATIONS)
    return tuple(_delegation(Fields.of(each, "a signed delegation")) for each in signed)


def _delegation(signed: Fields) -> Delegation:
    fields = Fields.of(signed.held.get("delegation"), "a delegation")
    # An unknown field may be a restriction: what is not understood must not be granted.
    fields.only(_OF_A_DELEGATION)
    targets = None
    if "targets" in fields.held:
        targets = frozenset(
            Fields.of({"target": each}, "a target").principal("target")
            for each in fields.array("targets", MAX_TARGETS)
        )
    return Delegation(
        pubkey=fields.blob("pubkey", MAX_KEY_BYTES),
        expiration_ns=fields.nat64("expiration"),
        targets=targets,
        queries_only=_queries_only(fields),
        signature=signed.blob("signature", MAX_SIGNATURE_BYTES),
        digest=hash_of_map(fields.held),
    )


def _queries_only(fields: Fields) -> bool:
    if "permissions" not in fields.held:
        return False
    permissions = fields.text("permissions", MAX_KEY_BYTES)
    if permissions not in {"all", "queries"}:
        raise Malformed(f"Unknown permissions {permissions!r:.50} of a delegation")
    return permissions == "queries"
