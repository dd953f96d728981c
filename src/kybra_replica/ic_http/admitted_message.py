"""A call or query, from its body to what may be run: typed, in time, and its sender's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kybra_replica.ic_http.envelope import Envelope, Message, read_message
from kybra_replica.ic_http.ingress_window import check_expiry
from kybra_replica.ic_http.refusals import Malformed
from kybra_replica.ic_http.sender_signatures import authenticate
from kybra_replica.kernel.principals import text_of

if TYPE_CHECKING:
    from kybra_replica.ic_http.endpoints import Endpoint

MANAGEMENT = b""
_OF_THE_SUBNET = {"call": "create_canister", "query": "list_canisters"}
"""What may be asked of a subnet rather than of a canister."""


def admit(
    endpoint: Endpoint,
    body: bytes,
    request_type: Literal["call", "query"],
    subnet_id: bytes,
    now_ns: int,
) -> tuple[Envelope, Message]:
    """Read a request and check it.

    Raises:
        Malformed: it is none, expired, or names another canister than its URL.
        Forbidden: it is not its sender's.
    """
    envelope, message = read_message(body, request_type)
    if endpoint.scope == "canister":
        _check_canister(endpoint.principal, message)
    else:
        _check_subnet(endpoint.principal, subnet_id, message, _OF_THE_SUBNET[request_type])
    check_expiry(message.expiry_ns, now_ns)
    authenticate(envelope, now_ns)
    return envelope, message


def _check_canister(effective: bytes, message: Message) -> None:
    if message.canister_id not in {MANAGEMENT, effective}:
        raise Malformed(
            f"Specified CanisterId {text_of(message.canister_id)} does not match effective "
            f"canister id in URL {text_of(effective)}"
        )


def _check_subnet(effective: bytes, subnet_id: bytes, message: Message, method: str) -> None:
    if effective != subnet_id:
        raise Malformed(f"This is the subnet {text_of(subnet_id)}, not {text_of(effective)}")
    if message.canister_id != MANAGEMENT or message.method != method:
        raise Malformed(f"Of a subnet, only {method} of the management canister can be asked")
