"""From a request to the digest that its caller may look up."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from refrain_core.canonical import canonical_text
from refrain_core.fingerprint import digest_of
from refrain_core.model_names import parse_model
from refrain_core.namespaces import Membership, namespace_for
from refrain_core.refusals import bad_request
from refrain_core.request_checks import check_request


class Asked(NamedTuple):
    """A request that was admitted: whose entries it may meet, and its digest."""

    namespace: str
    digest: str


def asked(
    request: Mapping[str, Any], caller: str, is_member: Membership
) -> "Asked | dict[str, Any]":
    """Return what a request asks for as its caller asks it, or the refusal as a dict."""
    namespace = namespace_for(request["namespace"], caller, is_member)
    if isinstance(namespace, dict):
        return namespace
    refusal = check_request(request)
    if refusal is not None:
        return refusal
    if parse_model(request["model"]) is None:
        return bad_request("name the model whole: NAME@REVISION:QUANTIZATION")
    return Asked(namespace, digest_of(canonical_text(request, namespace)))
