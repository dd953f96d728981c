"""Which paths of the state tree may be asked for, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.ic_http.refusals import Forbidden, Malformed, UnknownPath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.ic_http.sender_signatures import Targets
    from kybra_replica.ic_http.state_facts import CanisterFacts, RequestFacts

Path = tuple[bytes, ...]

REQUEST_ID_BYTES = 32
_REQUEST_FIELDS = {b"status", b"reply", b"reject_code", b"reject_message", b"error_code"}
_BOUNDARY_FIELDS = {b"domain", b"ipv4_address", b"ipv6_address"}
_SUBNET_FIELDS = {b"public_key", b"type", b"node", b"canister_ranges"}
_METADATA_LENGTH = 4
_NODE_KEY_LENGTH = 5


@dataclass(frozen=True)
class Wanted:
    """What paths are about, beside what never changes."""

    request_id: bytes | None = None
    canister_id: bytes | None = None
    sections: tuple[str, ...] = ()


def wanted_of_canister(paths: Sequence[Path], effective_id: bytes) -> Wanted:
    """Check the paths of a request to `/canister/<effective id>/read_state`.

    Raises:
        UnknownPath: a path that nobody may ask for here.
        Malformed: another canister's, a request id of a wrong length, or two of them.
    """
    request_ids: set[bytes] = set()
    sections: list[str] = []
    about_canister = False
    for path in paths:
        root = path[0] if path else b""
        if root == b"request_status" and _is_request_path(path):
            request_ids.add(_request_id(path[1]))
        elif root == b"canister" and _is_canister_path(path):
            about_canister = True
            _check_same(path[1], effective_id)
            sections += _section(path)
        elif not _is_public(path):
            raise UnknownPath("Invalid path requested.")
    if len(request_ids) > 1:
        raise Malformed("More than one non-unique request ID exists in request_status paths.")
    return Wanted(
        next(iter(request_ids), None), effective_id if about_canister else None, tuple(sections)
    )


def check_subnet_paths(paths: Sequence[Path], subnet_id: bytes) -> None:
    """Check the paths of a request to `/subnet/<subnet id>/read_state`.

    Raises:
        UnknownPath: a path that nobody may ask for here.
        Malformed: another subnet's metrics.
    """
    for path in paths:
        if _is_metrics(path):
            _check_same(path[1], subnet_id)
        elif not _is_public(path):
            raise UnknownPath("Invalid path requested.")


def check_request_access(request: RequestFacts, sender: bytes, targets: Targets) -> None:
    """Let a request's status be read by nobody but its sender.

    Raises:
        Forbidden: somebody else asks, or a delegation that is for other canisters.
    """
    if request.sender != sender:
        raise Forbidden("The user tries to access Request ID not signed by the caller.")
    if targets is not None and request.canister_id not in targets:
        raise Forbidden(
            "The user tries to access request IDs for canisters not belonging to sender "
            "delegation targets."
        )


def check_section_access(canister: CanisterFacts, names: Sequence[str], sender: bytes) -> None:
    """Let private sections be read by controllers only.

    Raises:
        Forbidden: the sender is none.
    """
    for name in names:
        section = canister.sections.get(name)
        if section is not None and not section.public and sender not in canister.controllers:
            raise Forbidden(
                f"Custom section {name:.100} can only be requested by the controllers of the "
                "canister."
            )


def _is_request_path(path: Path) -> bool:
    return len(path) == 2 or (len(path) == 3 and path[2] in _REQUEST_FIELDS)  # noqa: PLR2004 (the id, a field of it)


def _request_id(label: bytes) -> bytes:
    if len(label) != REQUEST_ID_BYTES:
        raise Malformed(f"A request id has {REQUEST_ID_BYTES} bytes, not {len(label)}")
    return label


def _is_canister_path(path: Path) -> bool:
    if len(path) == _METADATA_LENGTH:
        return path[2] == b"metadata"
    return len(path) == _METADATA_LENGTH - 1 and path[2] in {b"controllers", b"module_hash"}


def _section(path: Path) -> list[str]:
    if len(path) != _METADATA_LENGTH:
        return []
    try:
        return [path[3].decode()]
    except UnicodeDecodeError:
        raise Malformed("Could not parse the custom section name: it is not UTF-8") from None


def _check_same(asked: bytes, effective: bytes) -> None:
    if asked != effective:
        raise Malformed(
            f"Effective principal id in URL {effective.hex()} does not match requested principal "
            f"id: {asked.hex()}."
        )


def _is_metrics(path: Path) -> bool:
    return len(path) == 3 and path[0] == b"subnet" and path[2] == b"metrics"  # noqa: PLR2004 (subnet, id, metrics)


def _is_public(path: Path) -> bool:
    if not path:
        return False
    root, rest = path[0], path[1:]
    if root == b"time":
        return not rest
    if root == b"api_boundary_nodes":
        return len(rest) <= 1 or (len(rest) == 2 and rest[1] in _BOUNDARY_FIELDS)  # noqa: PLR2004 (the node, a field of it)
    if root == b"canister_ranges":
        return len(rest) <= 2  # noqa: PLR2004 (the subnet, the range's start)
    return root == b"subnet" and _is_subnet_path(path)


def _is_subnet_path(path: Path) -> bool:
    if len(path) == _NODE_KEY_LENGTH:
        return path[2] == b"node" and path[4] == b"public_key"
    if len(path) == _NODE_KEY_LENGTH - 1:
        return path[2] == b"node"
    return len(path) < 3 or (len(path) == 3 and path[2] in _SUBNET_FIELDS)  # noqa: PLR2004 (subnet, id, field)


def asks_for_metrics(paths: Sequence[Path]) -> bool:
    """Whether a subnet's metrics are among what is asked for."""
    return any(_is_metrics(path) for path in paths)
