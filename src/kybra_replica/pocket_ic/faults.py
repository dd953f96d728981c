"""What a request to the server can be refused with, in the words of the PocketIC server."""

from __future__ import annotations

from kybra_replica.kernel.principals import text_of

BAD_REQUEST = 400
FORBIDDEN = 403
NOT_FOUND = 404
TOO_LARGE = 413


class PocketIcError(Exception):
    """A request that is refused: its HTTP status, and the text that the client shows."""

    def __init__(self, message: str, status: int = BAD_REQUEST) -> None:
        """Carry the `message` and the HTTP `status`."""
        super().__init__(message)
        self.message = message
        self.status = status


def malformed(what: str) -> PocketIcError:
    """A body or a field that is not of its form."""
    return PocketIcError(f"Malformed request: {what}")


def instance_not_found(number: int) -> PocketIcError:
    """No such instance, or one that was deleted."""
    return PocketIcError(f"Instance {number} not found: it was never created, or deleted")


def canister_not_found(canister: bytes) -> PocketIcError:
    """No such canister."""
    return PocketIcError(f"CanisterNotFound({text_of(canister)})")


def canister_is_empty(canister: bytes) -> PocketIcError:
    """A canister without a program."""
    return PocketIcError(f"CanisterIsEmpty({text_of(canister)})")


def subnet_not_found(subnet: bytes) -> PocketIcError:
    """No such subnet in the instance."""
    return PocketIcError(f"SubnetNotFound({text_of(subnet)})")


def bad_ingress(why: str) -> PocketIcError:
    """A message that can't be sent, or that got no answer."""
    return PocketIcError(f'BadIngressMessage("{why}")')


def time_into_past(now_ns: int, set_ns: int) -> PocketIcError:
    """Time does not go back."""
    return PocketIcError(f"SettingTimeIntoPast(({now_ns}, {set_ns}))")


def unknown_outcall(subnet: bytes, request_id: int) -> PocketIcError:
    """No outcall of that number waits for a response."""
    return PocketIcError(f"InvalidCanisterHttpRequestId(({text_of(subnet)}, {request_id}))")


def wrong_response_count(given: int, nodes: int) -> PocketIcError:
    """Responses for some nodes of the subnet, but not for all."""
    return PocketIcError(f"InvalidMockCanisterHttpResponses(({given}, {nodes}))")


def invalid_reject_code(code: int) -> PocketIcError:
    """A mock's reject code that is none."""
    return PocketIcError(f"InvalidRejectCode({code})")


def forbidden() -> PocketIcError:
    """Somebody asks how another's call ended."""
    why = "The user tries to access Request ID not signed by the caller."
    return PocketIcError(f'Forbidden("{why}")', FORBIDDEN)
