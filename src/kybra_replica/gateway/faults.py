"""Why a control request failed, as exceptions here and as typed JSON on the wire."""

# ruff: noqa: N818 - each error is named for what it says, as on the wire

from __future__ import annotations

from typing import Any, ClassVar


class ControlError(Exception):
    """A control request failed; `code` is its stable name on the wire, `http_status` its status."""

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500


class Unauthorized(ControlError):
    """The bearer token is missing or wrong."""

    code = "unauthorized"
    http_status = 401


class ForbiddenHost(ControlError):
    """The Host header names another machine: a web page is behind the request."""

    code = "forbidden_host"
    http_status = 403


class UnknownCommand(ControlError):
    """The path is none of the control interface's commands."""

    code = "unknown_command"
    http_status = 404


class BadJson(ControlError):
    """The body is not one JSON object, or is not declared as JSON."""

    code = "bad_json"
    http_status = 400


class BadRequest(ControlError):
    """A field is missing or of the wrong type, or names what does not exist."""

    code = "bad_request"
    http_status = 400


class BodyTooLarge(ControlError):
    """The body is over the server's limit."""

    code = "body_too_large"
    http_status = 413


class NotRunning(ControlError):
    """Nobody listens at the control URL."""

    code = "not_running"
    http_status = 503


class NoAnswer(ControlError):
    """The server took the request and did not answer in time, or with something else than JSON."""

    code = "no_answer"
    http_status = 504


REJECTED = "rejected"
"""The code of a canister's own reject; the error object carries `reject_code` too."""

_BY_CODE: dict[str, type[ControlError]] = {
    fault.code: fault
    for fault in (
        ControlError,
        Unauthorized,
        ForbiddenHost,
        UnknownCommand,
        BadJson,
        BadRequest,
        BodyTooLarge,
        NotRunning,
        NoAnswer,
    )
}


def fault_of(error: dict[str, Any]) -> ControlError:
    """Turn the wire's error object back into its exception; an unknown code is `ControlError`."""
    fault = _BY_CODE.get(str(error.get("code")), ControlError)
    return fault(str(error.get("message")))


def wire_form(fault: ControlError) -> dict[str, Any]:
    """Render a fault as the body of a reply."""
    return {"error": {"code": fault.code, "message": str(fault)}}
