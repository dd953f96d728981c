"""Whatever is sent, the answer is a status with a message: no crash, no hang, no internal error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kybra_replica.pocket_ic.reads import READS
from kybra_replica.pocket_ic.updates import UPDATES

if TYPE_CHECKING:
    from tests.unit.pocket_ic.conftest import Client

REFUSED = {400, 403, 404, 405, 413}
PATHS = [f"read/{name}" for name in READS] + [
    f"update/{name}" for name in UPDATES if name not in {"tick", "await_ingress_message"}
]
NAMES = [
    "canister_id",
    "sender",
    "method",
    "payload",
    "effective_principal",
    "raw_message_id",
    "message_id",
    "raw_caller",
    "subnet_id",
    "request_id",
    "response",
    "additional_responses",
    "CanisterHttpReply",
    "CanisterHttpReject",
    "reject_code",
    "status",
    "headers",
    "body",
    "nanos_since_epoch",
    "amount",
    "blob_id",
    "SubnetId",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-1, 2**129)
    | st.sampled_from(["", "AAAAAAAAAAABAQ==", "None", "\ud800", "=", "RElETAAA", "A" * 44])
    | st.text(max_size=8)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=12,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
        ({"canister_id": 3}, "`canister_id` is not a text"),
        ({"canister_id": "?"}, "`canister_id` is not base64"),
        ({"canister_id": "A" * 80}, "longer than a principal"),
        ({"canister_id": "AAAAAAAAAAABAQ=="}, "CanisterNotFound(rwlgt-iiaaa-aaaaa-aaaaa-cai)"),
    ],
)
def test_bad_bodies_are_told_what_is_wrong(
    client: Client, instance: str, body: Any, text: str
) -> None:
    """The message names the field."""
    answer = client.post(f"{instance}/read/get_cycles", body)
    assert answer.status == 400
    assert text in answer.value["message"]


@pytest.mark.parametrize(
    "path",
    ["/", "/instances/0/read/none", "/instances/x", "/instances/0/update/", "/api/v2/status"],
)
def test_unknown_paths_are_not_found(client: Client, instance: str, path: str) -> None:
    """A path that is none is 404 with a message."""
    assert instance
    answer = client.post(path, {})
    assert answer.status in {404, 405}
    assert answer.value["message"]


def test_unknown_instance_is_named(client: Client) -> None:
    """A number that no instance has, or has any more, is refused in words."""
    number = client.create()
    assert client.ask("DELETE", f"/instances/{number}").status == 200
    for gone in (number, 999_999_999):
        answer = client.get(f"/instances/{gone}/read/get_time")
        assert answer.status == 400
        assert f"Instance {gone} not found" in answer.value["message"]


@given(path=st.sampled_from(PATHS), body=BODIES)
@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_json_gets_an_answer(client: Client, instance: str, path: str, body: Any) -> None:
    """Random fields of random types never reach a bug, and the instance lives on."""
    answer = client.post(f"{instance}/{path}", body)
    assert answer.status == 200 or answer.status in REFUSED, (path, body, answer)
    if answer.status != 200:
        assert answer.value["message"]
    assert client.get(f"{instance}/read/get_time").status == 200


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({}, "`subnet_config_set` is not an object"),
        ({"subnet_config_set": {}}, "at least one subnet"),
        ({"subnet_config_set": {"application": 3}}, "`application` is not a list"),
        ({"subnet_config_set": {"nns": 3}}, "a subnet is an object"),
        (
            {"subnet_config_set": {"nns": {"state_config": {"FromPath": "/x"}}}},
            "`state_config` must be New",
        ),
        (
            {"subnet_config_set": {"nns": {}}, "icp_features": {"registry": "DefaultConfig"}},
            "`icp_features` is not emulated",
        ),
        (
            {
                "subnet_config_set": {"nns": {}},
                "initial_time": {"Timestamp": {"nanos_since_epoch": 1}},
            },
            "initial timestamp",
        ),
    ],
)
def test_instances_that_cannot_be_made_say_why(
    client: Client, config: dict[str, Any], text: str
) -> None:
    """What is not emulated is refused, not ignored."""
    answer = client.post("/instances", config)
    assert answer.status == 400
    assert text in answer.value["message"]
