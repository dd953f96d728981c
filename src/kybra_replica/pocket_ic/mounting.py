"""The IC's HTTP interface over an instance, by its path and on ports of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from kybra_replica.ic_http.server import application

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kybra_replica.pocket_ic.activity import Activity
    from kybra_replica.pocket_ic.instance import Instance

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_BODY_BYTES = 8 * 2**20
"""A little over the interface's own limit, which says what is too large in its own words."""


def ic_handler(instance: Instance) -> Handler:
    """What answers requests whose `path` part is `api/…`, signing with the subnet's keys.

    There is one for each instance: it knows which requests are under way.
    """
    routes = list(application(instance, instance.subnets.signing).router.routes())
    return routes[0].handler


def gateway_application(handler: Handler, activity: Activity) -> web.Application:
    """The interface alone, for a port of its own."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[activity.middleware()])
    app.router.add_route("*", "/{path:.*}", handler)
    return app
