"""Candid of `http_request`. Source: the Internet Computer interface specification."""

from __future__ import annotations

from kybra_replica.candid.model import Func, Opt, Vec
from kybra_replica.management.shapes import BLOB, BOOL, NAT, NAT64, NULL, TEXT, record, variant

HEADER = record(name=TEXT, value=TEXT)
HTTP_REPLY = record(status=NAT, headers=Vec(HEADER), body=BLOB)
TRANSFORM_ARGS = record(response=HTTP_REPLY, context=BLOB)
TRANSFORM = record(function=Func((TRANSFORM_ARGS,), (HTTP_REPLY,), "query"), context=BLOB)
HTTP_REQUEST = record(
    url=TEXT,
    max_response_bytes=Opt(NAT64),
    method=variant(get=NULL, head=NULL, post=NULL),
    headers=Vec(HEADER),
    body=Opt(BLOB),
    transform=Opt(TRANSFORM),
    is_replicated=Opt(BOOL),
)
