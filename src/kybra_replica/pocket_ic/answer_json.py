"""Answers of canisters as the JSON of the PocketIC interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import rejects
from kybra_replica.kernel.rejects import Reject
from kybra_replica.pocket_ic.code_names import ERROR_NAMES, REJECT_NAMES
from kybra_replica.pocket_ic.fields import base64

if TYPE_CHECKING:
    from kybra_replica.kernel.messages import Answer

# Where the kernel gives no number, the one that the platform uses most for the reject code.
_USUAL_NUMBERS = {
    rejects.SYS_FATAL: 103,
    rejects.SYS_TRANSIENT: 201,
    rejects.DESTINATION_INVALID: 301,
    rejects.CANISTER_REJECT: 406,
    rejects.CANISTER_ERROR: 503,
}
_UNKNOWN_NUMBER = 601


def answer_json(answer: Answer, *, certified: bool) -> dict[str, Any]:
    """A reply as Ok, a reject as Err; `certified` says whether nodes had to agree on it."""
    if isinstance(answer, Reject):
        return {"Err": _reject_json(answer, certified=certified)}
    return {"Ok": base64(answer)}


def _reject_json(reject: Reject, *, certified: bool) -> dict[str, Any]:
    return {
        "reject_code": REJECT_NAMES[reject.code],
        "reject_message": reject.message,
        "error_code": ERROR_NAMES[_number(reject)],
        "certified": certified,
    }


def _number(reject: Reject) -> int:
    digits = reject.error_code.removeprefix("IC")
    if digits.isdigit() and int(digits) in ERROR_NAMES:
        return int(digits)
    return _USUAL_NUMBERS.get(reject.code, _UNKNOWN_NUMBER)
