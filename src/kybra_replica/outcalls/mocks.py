"""An outcall port that answers from expectations and forgives nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kybra_replica.outcalls.expectation import Expectation
from kybra_replica.outcalls.limits import check_response
from kybra_replica.outcalls.port import Done, OutcallPort
from kybra_replica.outcalls.request import (
    SYS_TRANSIENT,
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
)

_NEVER_ANSWERED = OutcallFailure(SYS_TRANSIENT, "Canister http request timed out")
_BODY_BYTES_SHOWN = 200


class MockMismatchError(AssertionError):
    """Requests and expectations differ; the text lists every difference."""


@dataclass(frozen=True)
class Seen:
    """A request as one node made it."""

    request: OutcallRequest
    node: int


@dataclass(frozen=True, eq=False)
class Pending:
    """A request that waits for `StrictMocks.release`; `reply` None is never given."""

    request: OutcallRequest
    node: int
    reply: OutcallReply | None
    done: Done = field(repr=False)


class StrictMocks(OutcallPort):
    """Answers each request by the one expectation that fits it.

    A request that none fits, or more than one, gets a failure and is raised by `verify`; so is
    an expectation that was not used up. Replies wait for `release`, or with `automatic` are
    given before `start` returns. All in the caller's thread.
    """

    def __init__(self, *, automatic: bool = False) -> None:
        """Expect nothing yet."""
        self.http_requests = 0
        self.automatic = automatic
        self.requests: list[Seen] = []
        self._expectations: list[Expectation] = []
        self._waiting: list[Pending] = []
        self._errors: list[str] = []
        self._closed = False

    def expect(
        self,
        *,
        url: str | None = None,
        method: str | None = None,
        body: str | bytes | None = None,
        contains: str | bytes | None = None,
        times: int | None = None,
    ) -> Expectation:
        """Expect a request with all the given properties; say next how it is answered.

        `times` is how often, by default once for each answer. A replicated request counts
        once, however many nodes make it.
        """
        expectation = Expectation(url, method, _bytes(body), _bytes(contains), times)
        self._expectations.append(expectation)
        return expectation

    @property
    def pending(self) -> tuple[Pending, ...]:
        """Requests whose replies are ready to be released, in the order of their start."""
        return tuple(waiting for waiting in self._waiting if waiting.reply is not None)

    @property
    def unanswered(self) -> tuple[Pending, ...]:
        """Requests that were told to get no answer, in the order of their start."""
        return tuple(waiting for waiting in self._waiting if waiting.reply is None)

    def start(self, request: OutcallRequest, node: int, done: Done) -> None:
        """Record the request and find its reply; with `automatic`, give it at once."""
        if self._closed:
            done(_NEVER_ANSWERED)
            return
        self.http_requests += 1
        self.requests.append(Seen(request, node))
        waiting = Pending(request, node, self._reply(request, node), done)
        self._waiting.append(waiting)
        if self.automatic:
            self.release()

    def release(self, *chosen: Pending) -> None:
        """Give the chosen pending requests their replies, in that order; none chosen: all."""
        for waiting in chosen or self.pending:
            self._end(waiting, waiting.reply or _NEVER_ANSWERED)

    def expire(self) -> None:
        """End the unanswered requests as the platform does after its time limit."""
        for waiting in self.unanswered:
            self._end(waiting, _NEVER_ANSWERED)

    def close(self) -> None:
        """End everything that still waits as never answered."""
        self._closed = True
        for waiting in tuple(self._waiting):
            self._end(waiting, _NEVER_ANSWERED)

    def verify(self) -> None:
        """Raise `MockMismatchError` unless each request was expected and the reverse."""
        unused = [text for text in map(Expectation.shortfall, self._expectations) if text]
        errors = [*self._errors, *unused]
        if errors:
            raise MockMismatchError("\n".join(errors))

    def _end(self, waiting: Pending, reply: OutcallReply) -> None:
        self._waiting.remove(waiting)
        waiting.done(reply)

    def _reply(self, request: OutcallRequest, node: int) -> OutcallReply | None:
        fitting = [each for each in self._expectations if each.fits(request, node)]
        if len(fitting) != 1:
            return self._mismatch(request, node, fitting)
        reply = fitting[0].use(request, node)
        if isinstance(reply, OutcallResponse):
            return check_response(request, reply) or reply
        return reply

    def _mismatch(
        self, request: OutcallRequest, node: int, fitting: list[Expectation]
    ) -> OutcallFailure:
        kind = "ambiguous" if fitting else "unexpected"
        body = (request.body or b"")[:_BODY_BYTES_SHOWN]
        text = f"{kind} request: {request.method} {request.url} body={body!r} node={node}"
        named = Counter(map(str, fitting))
        rivals = "".join(f"; {count} x {name}" for name, count in named.items())
        self._errors.append(text + rivals)
        return OutcallFailure(SYS_TRANSIENT, text + rivals)


def _bytes(text: str | bytes | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text
