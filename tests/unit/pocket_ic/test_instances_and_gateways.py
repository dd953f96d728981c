"""Instances' configurations, blobs, and the IC's HTTP interface of an instance."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.ic_http import cbor
from kybra_replica.pocket_ic.blobs import MAX_BLOBS, Blobs
from kybra_replica.pocket_ic.faults import PocketIcError
from tests.unit.pocket_ic.conftest import Client

if TYPE_CHECKING:
    from pathlib import Path

NOT_BEFORE_NS = 1_800_000_000_000_000_000


def test_initial_time_is_taken(client: Client) -> None:
    """An instance may start at a later time than the usual one."""
    number = client.create(initial_time={"Timestamp": {"nanos_since_epoch": NOT_BEFORE_NS}})
    time = client.get(f"/instances/{number}/read/get_time").value
    assert time == {"nanos_since_epoch": NOT_BEFORE_NS}


def test_time_goes_on_from_a_state_folder(client: Client, tmp_path: Path) -> None:
    """Who gives a folder finds its time again, later than it was left."""
    number = client.create(state_dir=str(tmp_path))
    body = {"nanos_since_epoch": NOT_BEFORE_NS}
    assert client.post(f"/instances/{number}/update/set_time", body).status == 200
    client.ask("DELETE", f"/instances/{number}")
    again = client.create(state_dir=str(tmp_path))
    busy = {"subnet_config_set": {"application": [{}]}, "state_dir": str(tmp_path)}
    assert "`state_dir` can't be used" in client.post("/instances", busy).value["message"]
    assert client.get(f"/instances/{again}/read/get_time").value == body


def test_instance_may_start_live(client: Client) -> None:
    """Automatic progress can be part of the configuration."""
    number = client.create(initial_time={"AutoProgress": {"artificial_delay_ms": None}})
    assert client.get(f"/instances/{number}/auto_progress").value is True
    client.ask("DELETE", f"/instances/{number}")


def test_root_key_is_the_nns_s_where_there_is_one(client: Client) -> None:
    """The interface's status names the key that `pub_key` tells of the root subnet."""
    config: Any = {"subnet_config_set": {"nns": {}, "application": [{}]}}
    created = client.post("/instances", config).value["Created"]
    path = f"/instances/{created['instance_id']}"
    [nns] = [
        subnet
        for subnet, shown in created["topology"]["subnet_configs"].items()
        if shown["subnet_kind"] == "NNS"
    ]
    status = client.get(f"{path}/api/v2/status")
    assert status.status == 200
    root_key = cbor.decode(status.value)["root_key"]
    assert len(root_key) == 133
    body = {"subnet_id": _base64_of_principal(nns)}
    assert bytes(client.post(f"{path}/read/pub_key", body).value) == root_key


def _base64_of_principal(text: str) -> str:
    from base64 import b64encode  # noqa: PLC0415 (only here)

    from kybra_replica.kernel.principals import bytes_of  # noqa: PLC0415 (only here)

    return b64encode(bytes_of(text)).decode()


def test_gateway_serves_an_instance_on_a_port_of_its_own(client: Client, instance: str) -> None:
    """It is listed, answers, and is gone once stopped or once its instance is deleted."""
    number = client.create()
    opened = client.post("/http_gateway", {"forward_to": {"PocketIcInstance": number}})
    assert opened.status == 201
    gateway = opened.value["Created"]
    shown = {"instance_id": gateway["instance_id"], "port": gateway["port"]}
    assert {**shown, "forward_to": {"PocketIcInstance": number}} in client.get(
        "/http_gateway"
    ).value
    there = Client(gateway["port"])
    own = cbor.decode(there.get("/api/v2/status").value)["root_key"]
    assert own == cbor.decode(client.get(f"{instance}/api/v2/status").value)["root_key"]
    assert client.post(f"/http_gateway/{gateway['instance_id']}/stop").value is None
    assert client.post(f"/http_gateway/{gateway['instance_id']}/stop").status == 400
    with pytest.raises(ConnectionRefusedError):
        there.get("/api/v2/status")


def test_gateway_of_a_deleted_instance_goes_with_it(client: Client) -> None:
    """Nobody is left to answer for it."""
    number = client.create()
    opened = client.post("/http_gateway", {"forward_to": {"PocketIcInstance": number}})
    assert client.ask("DELETE", f"/instances/{number}").status == 200
    with pytest.raises(ConnectionRefusedError):
        Client(opened.value["Created"]["port"]).get("/api/v2/status")


def test_gateway_to_elsewhere_is_refused(client: Client) -> None:
    """This server forwards to its own instances, which must exist."""
    elsewhere = client.post("/http_gateway", {"forward_to": {"Replica": "http://127.0.0.1:1"}})
    assert elsewhere.status == 400
    nowhere = client.post("/http_gateway", {"forward_to": {"PocketIcInstance": 99_999}})
    assert "Instance 99999 not found" in nowhere.value["message"]


def test_blob_s_id_is_its_hash(client: Client) -> None:
    """An upload is answered by its id in hex; an unknown encoding is refused."""
    answer = client.post("/blobstore", b"some bytes")
    assert answer.value.decode() == hashlib.sha256(b"some bytes").hexdigest()
    refused = client.ask("POST", "/blobstore", b"x", {"Content-Encoding": "br"})
    assert refused.status == 400


def test_compressed_blob_is_kept_unpacked() -> None:
    """Compression is for the way only; what is no gzip, or breaks off, is refused."""
    blobs = Blobs()
    packed = gzip.compress(b"some bytes")
    header = {"Content-Encoding": "gzip"}
    assert blobs.get(bytes.fromhex(blobs.keep(packed, header))) == b"some bytes"
    for broken in (b"no gzip", packed[:-9]):
        with pytest.raises(PocketIcError, match="Decompression failed"):
            blobs.keep(broken, header)


def test_oldest_blob_goes_first() -> None:
    """The store is bounded; what was uploaded long ago must be uploaded again."""
    blobs = Blobs()
    first = blobs.keep(b"first", {})
    for number in range(MAX_BLOBS):
        blobs.keep(f"{number}".encode(), {})
    with pytest.raises(PocketIcError, match="Bad blob id"):
        blobs.get(bytes.fromhex(first))
