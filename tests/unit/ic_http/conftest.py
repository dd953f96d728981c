"""A live replica with a toy in it, behind the interface."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.admission import Limits
from kybra_replica.ic_http.interface import IcInterface
from kybra_replica.kernel.principals import bytes_of
from kybra_replica.live import LiveReplica
from tests.replica.conftest import toy_program
from tests.unit.ic_http.test_certificates import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.ic_http.http_answer import HttpAnswer
    from tests.unit.ic_http.signed_requests import Draft

ANONYMOUS_TEXT = "2vxsx-fae"
SHORT_WAIT_S = 0.4


def text_argument(value: str) -> bytes:
    """One text in Candid."""
    return encode((Primitive("text"),), (value,), TypeTable())


@dataclass(frozen=True)
class Served:
    """A replica behind the interface, and its toy's principal."""

    replica: LiveReplica
    interface: IcInterface
    canister: str

    def post(self, draft: Draft, version: str = "v3", to: str = "") -> HttpAnswer:
        """Post a request where it belongs, with this canister and a fresh expiry."""
        content: dict[str, Any] = {"ingress_expiry": time.time_ns() + 60_000_000_000}
        if "canister_id" in draft.content and not to:
            content["canister_id"] = bytes_of(self.canister)
        return self.resend(draft.with_content(**content), version, to)

    def resend(self, draft: Draft, version: str = "v3", to: str = "") -> HttpAnswer:
        """Post a request just as it is."""
        action = draft.content["request_type"]
        path = f"/api/{version}/{to or f'canister/{self.canister}'}/{action}"
        return asyncio.run(self.interface.answer("POST", path, draft.body()))


def read(answer: HttpAnswer) -> dict[str, Any]:
    """The CBOR map of an answer."""
    return cast("dict[str, Any]", cbor.decode(answer.body))


def tree_in(answer: HttpAnswer) -> tuple[Any, ...]:
    """The hash tree of the certificate in an answer."""
    return tuple(cbor.decode(read(answer)["certificate"])["tree"])


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The toy `echo`, its controller the anonymous principal."""
    with LiveReplica() as replica:
        canister = replica.create_canister(controller=ANONYMOUS_TEXT)
        replica.install(canister, toy_program("echo"), sender=ANONYMOUS_TEXT)
        limits = Limits(call_wait_s=SHORT_WAIT_S)
        yield Served(replica, IcInterface(replica, keys(), limits), canister)
