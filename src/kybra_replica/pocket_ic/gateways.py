"""HTTP gateways: the IC's HTTP interface of an instance, on a port of its own."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from aiohttp import web

from kybra_replica.pocket_ic import fields
from kybra_replica.pocket_ic.faults import PocketIcError
from kybra_replica.pocket_ic.http_json import CREATED, instance_number, json_response
from kybra_replica.pocket_ic.mounting import gateway_application, ic_handler

if TYPE_CHECKING:
    from kybra_replica.pocket_ic.activity import Activity
    from kybra_replica.pocket_ic.instances import Instances
    from kybra_replica.pocket_ic.mounting import Handler

LOOPBACK = "127.0.0.1"
MAX_PORT = 65_535
SHUTDOWN_S = 1.0


@dataclass(frozen=True)
class Gateway:
    """One gateway: whose, where, and what serves it."""

    instance: int
    port: int
    runner: web.AppRunner


class Gateways:
    """Every gateway by its number, and each instance's interface by its path."""

    def __init__(self, instances: Instances, activity: Activity) -> None:
        """Serve the instances of `instances`; requests count as `activity`."""
        self._instances = instances
        self._activity = activity
        self._all: list[Gateway | None] = []
        self._handlers: dict[int, Handler] = {}

    # by its own port

    async def open(self, request: web.Request) -> web.Response:
        """POST /http_gateway: serve an instance on a port."""
        body = fields.parse(await request.read())
        forward_to = fields.within(body, "forward_to")
        if "PocketIcInstance" not in forward_to:
            raise PocketIcError("A gateway forwards to a PocketIcInstance of this server only")
        number = fields.number(forward_to, "PocketIcInstance")
        return json_response({"Created": await self._opened(number, body)}, CREATED)

    async def open_asked_for(self, number: int, body: fields.Body) -> dict[str, int] | None:
        """The gateway that a new instance's configuration asks for, if it does."""
        if body.get("http_gateway_config") is None:
            return None
        return await self._opened(number, fields.within(body, "http_gateway_config"))

    async def show(self, _request: web.Request) -> web.Response:
        """GET /http_gateway: the open ones."""
        return json_response(
            [
                {
                    "instance_id": number,
                    "port": gateway.port,
                    "forward_to": {"PocketIcInstance": gateway.instance},
                }
                for number, gateway in enumerate(self._all)
                if gateway is not None
            ]
        )

    async def stop(self, request: web.Request) -> web.Response:
        """POST /http_gateway/N/stop: close one."""
        number = instance_number(request)
        gateway = self._all[number] if number < len(self._all) else None
        if gateway is None:
            raise PocketIcError(f"HTTP gateway {number} not found")
        self._all[number] = None
        await gateway.runner.cleanup()
        return json_response(None)

    # by the instance's path

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """ANY /instances/N/api/…: the same interface without a port of its own."""
        return await self._handler(instance_number(request))(request)

    # the end

    async def close_those_of(self, number: int) -> None:
        """Close the gateways of an instance that goes."""
        self._handlers.pop(number, None)
        for place, gateway in enumerate(self._all):
            if gateway is not None and gateway.instance == number:
                self._all[place] = None
                await gateway.runner.cleanup()

    async def close(self) -> None:
        """Close every gateway."""
        for number in {gateway.instance for gateway in self._all if gateway is not None}:
            await self.close_those_of(number)

    async def _opened(self, number: int, config: fields.Body) -> dict[str, int]:
        if config.get("https_config") is not None:
            raise PocketIcError("A gateway serves plain HTTP only: leave `https_config` out")
        host = _host(config)
        port = 0 if config.get("port") is None else fields.number(config, "port", MAX_PORT)
        gateway = await self._serve(number, host, port)
        self._all.append(gateway)
        return {"instance_id": len(self._all) - 1, "port": gateway.port}

    def _handler(self, number: int) -> Handler:
        instance = self._instances.get(number)
        if number not in self._handlers:
            self._handlers[number] = ic_handler(instance)
        return self._handlers[number]

    async def _serve(self, number: int, host: str, port: int) -> Gateway:
        app = gateway_application(self._handler(number), self._activity)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await runner.cleanup()
            raise PocketIcError(f"Failed to bind to {host}:{port}: {error.strerror}") from None
        bound: Any = runner.addresses[0]
        return Gateway(number, int(bound[1]), runner)


def _host(config: fields.Body) -> str:
    if config.get("ip_addr") is None:
        return LOOPBACK
    try:
        return str(ip_address(fields.text(config, "ip_addr")))
    except ValueError:
        raise PocketIcError("`ip_addr` is not an IP address") from None
