"""Why a request is not served: one exception per HTTP status, its text for people.

Only a request that is malformed, unauthorised or too much is refused in this way. A canister's
trap or reject is an answer, never a refusal.
"""

from __future__ import annotations


class RequestRefused(Exception):  # noqa: N818 (the outcome of a request, not a bug)
    """A request that is answered with a plain text and an HTTP status of 400 or more."""

    http_status = 400


class Malformed(RequestRefused):
    """The request is not what the interface specification describes."""


class Forbidden(RequestRefused):
    """The signature does not hold, or the sender may not read what it asked for."""

    http_status = 403


class UnknownPath(RequestRefused):
    """No such endpoint, or no such path in the state tree."""

    http_status = 404


class TooSlow(RequestRefused):
    """The body did not arrive in time."""

    http_status = 408


class TooLarge(RequestRefused):
    """The body or the message has too many bytes."""

    http_status = 413


class TooMany(RequestRefused):
    """More requests than are served: try again in a second."""

    http_status = 429


class Unavailable(RequestRefused):
    """The replica is closed, or too much is under way already."""

    http_status = 503
