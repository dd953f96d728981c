"""Requests and responses of the REST interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from kybra_replica.pocket_ic.faults import TOO_LARGE, PocketIcError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CREATED = 201
INTERNAL = 500


def json_response(value: Any, status: int = 200) -> web.Response:
    """A value as JSON; None is `null`, which clients read as done."""
    return web.Response(text=json.dumps(value), status=status, content_type="application/json")


def instance_number(request: web.Request) -> int:
    """The number in a request's path."""
    return int(request.match_info["number"])


@web.middleware
async def answer_faults(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn what is raised into a status and a `message`, which every client shows."""
    try:
        return await handler(request)
    except PocketIcError as fault:
        return json_response({"message": fault.message}, fault.status)
    except web.HTTPRequestEntityTooLarge:
        return json_response({"message": "The body is too large"}, TOO_LARGE)
    except web.HTTPException as fault:
        return json_response({"message": f"{fault.reason}: {request.path}"}, fault.status)
    except Exception as error:  # noqa: BLE001 (a bug must not end the server, nor hang a client)
        text = f"{type(error).__name__}: {error}"
        return json_response({"message": text}, INTERNAL)
