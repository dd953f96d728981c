"""From a request to the digest that its caller may look up."""

from collections.abc import Mapping
from typing import Any

from refrain_core.canonical import canonical_text
from refrain_core.fingerprint import digest_of
from refrain_core.model_names import parse_model
from refrain_core.namespaces import namespace_for
from refrain_core.refusals import bad_request
from refrain_core.request_checks import check_request


def digest_asked(request: Mapping[str, Any], caller: str) -> "str | dict[str, Any]":
    """Return the digest of a request as its caller asks it, or the refusal as a dict."""
    namespace = namespace_for(request["namespace"], caller)
    if isinstance(namespace, dict):
        return namespace
    refusal = check_request(request)
    if refusal is not None:
        return refusal
    if parse_model(request["model"]) is None:
        return bad_request("name the model whole: NAME@REVISION:QUANTIZATION")
    return digest_of(canonical_text(request, namespace))
