"""Who may configure the batcher."""

from typing import Any

from batcher_rows import rows
from refrain_api.caller_texts import caller_text
from refrain_core.access import refuse_unless_controller


def strangers_refusal() -> "dict[str, Any] | None":
    """Refuse a caller who is no controller."""
    return refuse_unless_controller(caller_text(), rows.controllers)
