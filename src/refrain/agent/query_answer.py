"""The answer to a query: believed where a node of the canister's subnet signed it.

Source: the Internet Computer interface specification, "Request: Query call".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http.node_keys import RESPONSE_DOMAIN
from kybra_replica.ic_http.request_id import hash_of_map
from kybra_replica.ic_http.sender_signatures import holds
from kybra_replica.kernel.rejects import Rejected
from refrain.agent.certificate import LONGEST_SKEW_NS
from refrain.agent.faults import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNED = ("status", "reply", "reject_code", "reject_message", "error_code")


def replied_bytes(answer: dict[str, Any]) -> bytes:
    """The reply's Candid bytes.

    Raises:
        Rejected: the canister, or the network for it, said no.
        Untrusted: the answer is neither.
    """
    if answer.get("status") == "rejected":
        raise rejection(answer)
    reply = answer.get("reply")
    if answer.get("status") != "replied" or not isinstance(reply, dict):
        raise Untrusted("The answer is neither a reply nor a reject.")
    arg = reply.get("arg")
    if not isinstance(arg, bytes):
        raise Untrusted("The reply holds no bytes.")
    return arg


def rejection(fields: dict[str, Any]) -> Rejected:
    """The reject that an answer's fields tell; Untrusted where they tell none."""
    code, text, number = (
        fields.get(name) for name in ("reject_code", "reject_message", "error_code")
    )
    if not isinstance(code, int) or not isinstance(text, str):
        raise Untrusted("The reject has no code or no text.")
    return Rejected(code, text, number if isinstance(number, str) else "")


def check_signed(
    answer: dict[str, Any],
    request_id: bytes,
    key_of_node: Callable[[bytes], bytes | None],
    now_ns: int,
) -> None:
    """Check an answer's node signatures.

    Raises:
        Untrusted: there is none, one does not hold, is too old, or its node is not of the subnet.
    """
    signatures = answer.get("signatures")
    if not isinstance(signatures, list) or not signatures:
        raise Untrusted("The query's answer is not signed.")
    signed = {name: answer[name] for name in _SIGNED if name in answer}
    for each in signatures:
        node, signature, time_ns = _parts(each)
        if abs(time_ns - now_ns) > LONGEST_SKEW_NS:
            raise Untrusted("The query's answer is older than five minutes.")
        key = key_of_node(node)
        if key is None:
            raise Untrusted("The node that signed the query's answer is not of its subnet.")
        try:
            digest = hash_of_map({**signed, "request_id": request_id, "timestamp": time_ns})
        except TypeError as error:
            raise Untrusted(f"The query's answer is malformed: {error}.") from None
        if not holds(key, RESPONSE_DOMAIN + digest, signature):
            raise Untrusted("The signature under the query's answer does not hold.")


def _parts(signature: Any) -> tuple[bytes, bytes, int]:
    if isinstance(signature, dict):
        node, signed, time_ns = (
            signature.get(name) for name in ("identity", "signature", "timestamp")
        )
        if isinstance(node, bytes) and isinstance(signed, bytes) and isinstance(time_ns, int):
            return node, signed, time_ns
    raise Untrusted("The query's answer is signed in no form that is known.")
