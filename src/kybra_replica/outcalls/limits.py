"""The platform's limits on outcalls and the texts of their refusals.

Figures: the interface specification's `http_request`; texts and order: PocketIC 10 and the
replica's own source, https://github.com/dfinity/ic (rs/types/types/src/canister_http.rs).
"""

from __future__ import annotations

from kybra_replica.outcalls.request import (
    CANISTER_REJECT,
    SYS_FATAL,
    Headers,
    OutcallFailure,
    OutcallRequest,
    OutcallResponse,
    header_bytes,
)

MAX_URL_BYTES = 8_192
MAX_HEADERS = 64
MAX_HEADER_PART_BYTES = 8_192
"""Of one header's name, and of its value."""
MAX_HEADERS_BYTES = 49_152
MAX_MESSAGE_BYTES = 2_000_000
"""Of headers and body together, of a request as of a response."""


def response_limit_bytes(request: OutcallRequest) -> int:
    """The most bytes that the response's headers and body may take together."""
    limit = request.max_response_bytes
    return MAX_MESSAGE_BYTES if limit is None else limit


def refusal(request: OutcallRequest, caller: str | None = None) -> OutcallFailure | None:
    """What the platform refuses uncharged, or None; `caller` must own the transform if given.

    Too few cycles is the last of the uncharged refusals: `pricing.too_few_cycles`.
    """
    text = (
        _undecodable(request.headers)
        or _bad_response_limit(request)
        or _foreign_transform(request, caller)
        or _long_url(request.url)
        or _bad_message(request.headers, request.body or b"")
    )
    return None if text is None else OutcallFailure(CANISTER_REJECT, text)


def body_allowance(request: OutcallRequest, headers: Headers) -> int | OutcallFailure:
    """Bytes that a response with these `headers` may still spend on its body."""
    limit = response_limit_bytes(request)
    left = limit - header_bytes(headers)
    if left < 0:
        return OutcallFailure(
            SYS_FATAL, f"Header size exceeds specified response size limit {limit}"
        )
    return left


def body_too_large(request: OutcallRequest) -> OutcallFailure:
    """The reject of a body over its allowance, and also of one that was cut off."""
    limit = response_limit_bytes(request)
    return OutcallFailure(SYS_FATAL, f"Http body exceeds size limit of {limit} bytes.")


def check_response(request: OutcallRequest, response: OutcallResponse) -> OutcallFailure | None:
    """The reject of a response that breaks a limit before its transform, or None."""
    allowance = body_allowance(request, response.headers)
    if isinstance(allowance, OutcallFailure):
        return allowance
    if len(response.body) > allowance:
        return body_too_large(request)
    text = _bad_message(response.headers, response.body)
    return None if text is None else OutcallFailure(SYS_FATAL, text)


def check_transformed(request: OutcallRequest, encoded_bytes: int) -> OutcallFailure | None:
    """The reject of a transform's result of `encoded_bytes`, as Candid, or None."""
    limit = response_limit_bytes(request)
    if encoded_bytes <= limit:
        return None
    return OutcallFailure(SYS_FATAL, f"Transformed http response exceeds limit: {limit}")


def _undecodable(headers: Headers) -> str | None:
    # Both bounds sit in the platform's Candid decoder, before any other check.
    prefix = "Error decoding candid: Deserialize error: The"
    if len(headers) > MAX_HEADERS:
        return f"{prefix} number of elements exceeds maximum allowed {MAX_HEADERS}"
    if header_bytes(headers) > MAX_HEADERS_BYTES:
        return f"{prefix} total data size exceeds maximum allowed {MAX_HEADERS_BYTES}"
    return None


def _bad_response_limit(request: OutcallRequest) -> str | None:
    limit = response_limit_bytes(request)
    if 0 <= limit <= MAX_MESSAGE_BYTES:
        return None
    return f"max_response_bytes expected to be in the range [0..{MAX_MESSAGE_BYTES}], got {limit}"


def _foreign_transform(request: OutcallRequest, caller: str | None) -> str | None:
    transform = request.transform
    if transform is None or caller is None or transform.principal == caller:
        return None
    return f"transform principal id expected to be {caller}, got {transform.principal}"


def _long_url(url: str) -> str | None:
    size = len(url.encode())
    return f"url size {size} exceeds {MAX_URL_BYTES}" if size > MAX_URL_BYTES else None


def _bad_message(headers: Headers, body: bytes) -> str | None:
    if len(headers) > MAX_HEADERS:
        return f"number of all http headers {len(headers)} exceeds {MAX_HEADERS}"
    long_part = _long_header_part(headers)
    if long_part is not None:
        return long_part
    what = "total number of bytes to represent all http header names and values"
    size = header_bytes(headers)
    if size > MAX_HEADERS_BYTES:
        return f"{what} {size} exceeds {MAX_HEADERS_BYTES}"
    size += len(body)
    if size > MAX_MESSAGE_BYTES:
        return f"{what} and http body {size} exceeds {MAX_MESSAGE_BYTES}"
    return None


def _long_header_part(headers: Headers) -> str | None:
    for header in headers:
        for part, text in zip(("name", "value"), header, strict=True):
            size = len(text.encode())
            if size > MAX_HEADER_PART_BYTES:
                return (
                    f"number of bytes to represent some http header {part} {size} "
                    f"exceeds {MAX_HEADER_PART_BYTES}"
                )
    return None
