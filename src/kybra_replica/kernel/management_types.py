"""Candid of the management canister's methods that this replica serves.

Source: the Internet Computer interface specification, `http_request` and `raw_rand`.
"""

from __future__ import annotations

from kybra_replica.candid.model import Field, Func, Opt, Primitive, Record, TypeTable, Variant, Vec

NO_NAMES = TypeTable()
BLOB = Vec(Primitive("nat8"))
TEXT = Primitive("text")
NULL = Primitive("null")
HEADER = Record((Field("name", TEXT), Field("value", TEXT)))
HTTP_REPLY = Record(
    (Field("status", Primitive("nat")), Field("headers", Vec(HEADER)), Field("body", BLOB))
)
TRANSFORM_ARGS = Record((Field("response", HTTP_REPLY), Field("context", BLOB)))
TRANSFORM = Record(
    (
        Field("function", Func((TRANSFORM_ARGS,), (HTTP_REPLY,), "query")),
        Field("context", BLOB),
    )
)
HTTP_REQUEST = Record(
    (
        Field("url", TEXT),
        Field("max_response_bytes", Opt(Primitive("nat64"))),
        Field("method", Variant((Field("get", NULL), Field("head", NULL), Field("post", NULL)))),
        Field("headers", Vec(HEADER)),
        Field("body", Opt(BLOB)),
        Field("transform", Opt(TRANSFORM)),
        Field("is_replicated", Opt(Primitive("bool"))),
    )
)
