"""The HTTP server: JSON in, JSON out, in the paths of a PocketIC server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from kybra_replica.pocket_ic import fields
from kybra_replica.pocket_ic.activity import Activity
from kybra_replica.pocket_ic.blobs import MAX_BLOB_BYTES, Blobs
from kybra_replica.pocket_ic.faults import NOT_FOUND, PocketIcError
from kybra_replica.pocket_ic.gateways import Gateways
from kybra_replica.pocket_ic.http_json import (
    CREATED,
    answer_faults,
    instance_number,
    json_response,
)
from kybra_replica.pocket_ic.instances import Instances, delay_s
from kybra_replica.pocket_ic.live_await import await_live
from kybra_replica.pocket_ic.reads import READS
from kybra_replica.pocket_ic.updates import UPDATES

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kybra_replica.pocket_ic.instance import Instance
    from kybra_replica.pocket_ic.reads import Endpoint


class PocketServer:
    """All instances, blobs and gateways of one process."""

    def __init__(self) -> None:
        """Start empty."""
        self.activity = Activity()
        self._instances = Instances()
        self._blobs = Blobs()
        self._gateways = Gateways(self._instances, self.activity)

    def application(self) -> web.Application:
        """What answers the requests; closes everything when it is cleaned up."""
        app = web.Application(
            client_max_size=MAX_BLOB_BYTES,
            middlewares=[self.activity.middleware(), answer_faults],
        )
        app.router.add_get("/status", self._status)
        app.router.add_post("/blobstore", self._store_blob)
        app.router.add_get("/instances", self._list)
        app.router.add_post("/instances", self._create)
        one = r"/instances/{number:\d{1,9}}"
        app.router.add_delete(one, self._delete)
        app.router.add_get(one + "/_/topology", self._topology)
        app.router.add_get(one + "/auto_progress", self._is_live)
        app.router.add_post(one + "/auto_progress", self._go_live)
        app.router.add_post(one + "/stop_progress", self._stand_still)
        app.router.add_route("*", one + "/read/{name}", self._read)
        app.router.add_post(one + "/update/{name}", self._update)
        app.router.add_route("*", one + "/{path:api/.*}", self._gateways.forward)
        app.router.add_get("/http_gateway", self._gateways.show)
        app.router.add_post("/http_gateway", self._gateways.open)
        app.router.add_post(r"/http_gateway/{number:\d{1,9}}/stop", self._gateways.stop)
        app.on_cleanup.append(self._close)
        return app

    async def _close(self, _app: web.Application) -> None:
        await self._gateways.close()
        await asyncio.to_thread(self._instances.close)

    async def _status(self, _request: web.Request) -> web.Response:
        return web.Response()

    async def _store_blob(self, request: web.Request) -> web.Response:
        return web.Response(text=self._blobs.keep(await request.read(), request.headers))

    async def _list(self, _request: web.Request) -> web.Response:
        return json_response(self._instances.shown())

    async def _create(self, request: web.Request) -> web.Response:
        body = fields.parse(await request.read())
        instance = await asyncio.to_thread(self._instances.make, body)
        number = self._instances.add(instance)
        created = {
            "instance_id": number,
            "topology": instance.subnets.topology(),
            "http_gateway_info": await self._gateways.open_asked_for(number, body),
        }
        return json_response({"Created": created}, CREATED)

    async def _delete(self, request: web.Request) -> web.Response:
        number = instance_number(request)
        instance = self._instances.remove(number)
        await self._gateways.close_those_of(number)
        await asyncio.to_thread(instance.close)
        return json_response(None)

    async def _topology(self, request: web.Request) -> web.Response:
        return json_response(self._instance(request).subnets.topology())

    async def _read(self, request: web.Request) -> web.Response:
        return await self._perform(request, READS)

    async def _update(self, request: web.Request) -> web.Response:
        return await self._perform(request, UPDATES)

    async def _perform(self, request: web.Request, endpoints: dict[str, Endpoint]) -> web.Response:
        name = request.match_info["name"]
        if name not in endpoints:
            raise PocketIcError(f"There is no endpoint {request.path}", NOT_FOUND)
        body = fields.parse(await request.read())
        instance = self._instance(request)
        if name == "set_stable_memory":
            body["blob"] = self._blobs.get(fields.blob(body, "blob_id"))
        if name == "await_ingress_message" and instance.live.is_on:
            return json_response(await await_live(instance, body))
        endpoint = endpoints[name]
        return await self._answered(
            instance.submit(lambda replica: endpoint(instance, replica, body))
        )

    async def _answered(self, future: Future[Any]) -> web.Response:
        return json_response(await asyncio.wrap_future(future))

    async def _is_live(self, request: web.Request) -> web.Response:
        return json_response(self._instance(request).live.is_on)

    async def _go_live(self, request: web.Request) -> web.Response:
        pause_s = delay_s(fields.parse(await request.read()))
        instance = self._instance(request)
        return await self._answered(
            instance.submit(lambda _replica: instance.live.start(instance, pause_s))
        )

    async def _stand_still(self, request: web.Request) -> web.Response:
        instance = self._instance(request)
        return await self._answered(instance.submit(lambda _replica: instance.live.stop()))

    def _instance(self, request: web.Request) -> Instance:
        return self._instances.get(instance_number(request))
