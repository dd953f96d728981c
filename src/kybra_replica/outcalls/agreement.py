"""How the nodes of a subnet agree on one reply of a replicated outcall."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from kybra_replica.outcalls.request import SYS_TRANSIENT, OutcallFailure, OutcallReply

if TYPE_CHECKING:
    from collections.abc import Sequence


def quorum(nodes: int) -> int:
    """Equal replies that suffice: n - f of n nodes, where f = (n - 1) // 3 may be faulty."""
    return nodes - (nodes - 1) // 3


def agreed(replies: Sequence[OutcallReply], nodes: int) -> OutcallReply | None:
    """The reply that a quorum shares, or None so far; failures are equal by their code."""
    largest = max(_groups(replies), key=len, default=[])
    return largest[0] if len(largest) >= quorum(nodes) else None


def agree(replies: Sequence[OutcallReply], nodes: int) -> OutcallReply:
    """The reply that a quorum of `nodes` shares after their transforms, else a failure.

    The failure names every group by its hash and size, the largest first.
    """
    return agreed(replies, nodes) or _dissent(replies)


def _groups(replies: Sequence[OutcallReply]) -> list[list[OutcallReply]]:
    groups: dict[object, list[OutcallReply]] = {}
    for reply in replies:
        groups.setdefault(_content(reply), []).append(reply)
    return list(groups.values())


def _content(reply: OutcallReply) -> object:
    return reply.code if isinstance(reply, OutcallFailure) else reply


def _dissent(replies: Sequence[OutcallReply]) -> OutcallFailure:
    groups = sorted(_groups(replies), key=len, reverse=True)
    sizes = ", ".join(f"[{_digest(group[0])}: {len(group)}]" for group in groups)
    return OutcallFailure(
        SYS_TRANSIENT,
        "No consensus could be reached. Replicas had different responses. "
        f"Details: hashes: {sizes}",
    )


def _digest(reply: OutcallReply) -> str:
    return sha256(repr(_content(reply)).encode()).hexdigest()
