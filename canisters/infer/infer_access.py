"""Who may configure the infer canister, and who may ask what it would cost."""

from typing import Any

from infer_registry import listed_controllers, listed_writers
from refrain_api.caller_texts import caller_text
from refrain_core.access import refuse_unless_controller, refuse_unless_listed


def is_from_controller() -> bool:
    """Tell whether the caller is a controller."""
    return caller_text() in listed_controllers


def strangers_refusal() -> dict[str, Any] | None:
    """Refuse a caller who is no controller."""
    return refuse_unless_controller(caller_text(), listed_controllers)


def unserved_refusal() -> dict[str, Any] | None:
    """Refuse a caller who is neither a writer nor a controller."""
    return refuse_unless_listed(caller_text(), (*listed_writers, *listed_controllers), "writer")
