"""Codes by their names: PocketIC 10 spells out what our server, as the client's types, numbers."""

from __future__ import annotations

from typing import Any

REJECT_CODES = {
    name: number
    for number, name in enumerate(
        (
            "SysFatal",
            "SysTransient",
            "DestinationInvalid",
            "CanisterReject",
            "CanisterError",
            "SysUnknown",
        ),
        1,
    )
}
ERROR_CODES = {
    "IngressMessageTimeout": 202,
    "CanisterOutOfCycles": 207,
    "CanisterNotFound": 301,
    "CanisterRejectedMessage": 406,
    "UnknownManagementMessage": 407,
    "InvalidManagementPayload": 408,
    "CanisterTrapped": 502,
    "CanisterCalledTrap": 503,
    "CanisterContractViolation": 504,
    "CanisterInvalidWasm": 505,
    "CanisterDidNotReply": 506,
    "CanisterStopped": 508,
    "CanisterStopping": 509,
    "CanisterNotStopped": 510,
    "CanisterInvalidController": 512,
    "CanisterNonEmpty": 514,
    "CanisterInstructionLimitExceeded": 522,
    "CompositeQueryCalledInReplicatedMode": 527,
    "CanisterMethodNotFound": 536,
    "CanisterWasmModuleNotFound": 537,
}
"""Of those that scenarios meet; another name is left as it is, and noticed by who compares it."""


def numbered(answer: Any) -> Any:
    """An answer of the server, with numbers for the names in its reject."""
    error = answer.get("Err") if isinstance(answer, dict) else None
    if not isinstance(error, dict) or "reject_code" not in error:
        return answer
    code, error_code = error["reject_code"], error["error_code"]
    numbers = {
        "reject_code": REJECT_CODES.get(code, code),
        "error_code": ERROR_CODES.get(error_code, error_code),
    }
    return {**answer, "Err": {**error, **numbers}}
