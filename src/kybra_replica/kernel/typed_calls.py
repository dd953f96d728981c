"""Python values on the caller's side, Candid bytes on the canister's, by its declared types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.kernel import rejects
from kybra_replica.kernel.rejects import Reject, Rejected, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.messages import Answer
    from kybra_replica.program.interface import Interface, Method, Program


def encoded(canister: Canister, method: str, args: Sequence[Any]) -> bytes:
    """A call's argument; Rejected for an unknown method, TypeError for a wrong count."""
    interface, declared = _declared(canister, method)
    if len(args) != len(declared.args):
        raise TypeError(f"{method} takes {len(declared.args)} argument(s), got {len(args)}")
    return encode(declared.args, args, interface.types)


def encoded_entry(program: Program, mode: str, args: Sequence[Any]) -> bytes:
    """What an installation hands to init or post_upgrade; Rejected for a wrong count."""
    entered = "post_upgrade" if mode == "upgrade" else "init"
    method = program.interface.lifecycle.get(entered)
    types = () if method is None else method.args
    if len(args) != len(types):
        text = f"{entered} takes {len(types)} argument(s), {len(args)} were given"
        raise Rejected(rejects.DESTINATION_INVALID, text)
    return encode(types, args, program.interface.types)


def decoded(canister: Canister, method: str, answer: Answer) -> Any:
    """A call's reply, None for void; Rejected where it was rejected."""
    if isinstance(answer, Reject):
        raise refused(answer)
    interface, declared = _declared(canister, method)
    types = () if declared.returns is None else (declared.returns,)
    values = decode(answer, types, interface.types)
    return values[0] if values else None


def _declared(canister: Canister, method: str) -> tuple[Interface, Method]:
    if canister.program is None:
        raise refused(rejects.without_program(canister.text, canister.module_hash))
    interface = canister.program.interface
    if method not in interface.methods:
        raise refused(rejects.no_method(canister.text, "update", method))
    return interface, interface.methods[method]
