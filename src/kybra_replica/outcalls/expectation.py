"""One expected request of the strict mocks, and the answers it gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from kybra_replica.outcalls.request import (
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
)

Answer = Callable[[OutcallRequest, int], OutcallReply | None]
"""A reply computed from a request and the number of the node that made it; None: never."""


class Expectation:
    """What a request must look like, and its answers: the n-th for the n-th use, then the last.

    None as a property fits any request.
    """

    def __init__(
        self,
        url: str | None,
        method: str | None,
        body: bytes | None,
        contains: bytes | None,
        times: int | None,
    ) -> None:
        """Made by `StrictMocks.expect`."""
        self._url = url
        self._method = method
        self._body = body
        self._contains = contains
        self._times = times
        self._answers: list[Answer] = []
        self._uses: Counter[int | None] = Counter()

    def respond(
        self,
        status: int = 200,
        body: str | bytes = b"",
        headers: Iterable[tuple[str, str]] = (),
    ) -> Expectation:
        """Answer with this response."""
        content = body.encode() if isinstance(body, str) else body
        lowered = tuple((name.lower(), value) for name, value in headers)
        response = OutcallResponse(status, lowered, content)
        return self.answer(lambda _request, _node: response)

    def fail(self, code: int, message: str) -> Expectation:
        """Answer with this reject."""
        failure = OutcallFailure(code, message)
        return self.answer(lambda _request, _node: failure)

    def never(self) -> Expectation:
        """Give no answer until `StrictMocks.expire` or `close`."""
        return self.answer(lambda _request, _node: None)

    def answer(self, answer: Answer) -> Expectation:
        """Answer by a function of the request and the node, so that nodes can disagree."""
        self._answers.append(answer)
        return self

    def fits(self, request: OutcallRequest, node: int) -> bool:
        """Whether `request` has the expected properties and a use is left for it."""
        body = request.body or b""
        return (
            self._url in {None, request.url}
            and self._method in {None, request.method}
            and self._body in {None, body}
            and (self._contains is None or self._contains in body)
            and self._uses[_line(request, node)] < self._expected_uses
        )

    def use(self, request: OutcallRequest, node: int) -> OutcallReply | None:
        """Count a use and give its answer.

        Raises:
            ValueError: if no answer was stated.
        """
        if not self._answers:
            raise ValueError(f"{self} has no answer: add respond, fail, never or answer")
        line = _line(request, node)
        turn = min(self._uses[line], len(self._answers) - 1)
        self._uses[line] += 1
        return self._answers[turn](request, node)

    def shortfall(self) -> str | None:
        """What is missing: that some node's uses, or the non-replicated ones, fell short."""
        used = max(self._uses.values(), default=0)
        if used >= self._expected_uses:
            return None
        return f"{self} was used {used} of {self._expected_uses} times"

    def __str__(self) -> str:
        """The expected properties."""
        stated = {
            "url": self._url,
            "method": self._method,
            "body": self._body,
            "contains": self._contains,
        }
        properties = ", ".join(
            f"{name}={value!r}" for name, value in stated.items() if value is not None
        )
        return f"expectation({properties})"

    @property
    def _expected_uses(self) -> int:
        return max(1, len(self._answers)) if self._times is None else self._times


def _line(request: OutcallRequest, node: int) -> int | None:
    # Each node of a replicated outcall makes the same request: each has its own count.
    return node if request.is_replicated else None
