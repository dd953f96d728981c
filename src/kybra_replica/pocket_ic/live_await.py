"""Waits for a message of an instance that moves by itself."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from kybra_replica.pocket_ic import calls, fields
from kybra_replica.pocket_ic.faults import bad_ingress

if TYPE_CHECKING:
    from kybra_replica.pocket_ic.instance import Instance

LONGEST_WAIT_S = 120.0
"""An outcall of the real world ends within a minute; a call may make one after another."""
_LOOK_S = 0.02


async def await_live(instance: Instance, body: fields.Body) -> dict[str, Any]:
    """How the message that `body` names ended; PocketIcError where that takes too long."""
    asked = {"raw_message_id": {"message_id": fields.base64(calls.read_message_id(body))}}
    deadline_s = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < deadline_s:
        future = instance.submit(lambda replica: calls.ingress_status(instance, replica, asked))
        answer = await asyncio.wrap_future(future)
        if answer is not None:
            return answer
        await asyncio.sleep(_LOOK_S)
    raise bad_ingress(f"Failed to answer within {LONGEST_WAIT_S:.0f} s of live mode.")
