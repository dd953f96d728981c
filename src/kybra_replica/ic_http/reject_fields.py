"""A reject as the fields of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kybra_replica.kernel.rejects import Reject


def reject_fields(reject: Reject) -> dict[str, Any]:
    """Code, text, and the platform's number where there is one."""
    fields: dict[str, Any] = {"reject_code": reject.code, "reject_message": reject.message}
    if reject.error_code:
        fields["error_code"] = reject.error_code
    return fields
