"""One canister reached by an agent: plain values in and out, by the canister's own Candid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError, CandidTextError
from kybra_replica.candid.model import Func
from kybra_replica.candid.text.program_parser import CandidProgram, parse_program
from refrain.agent.faults import NotAccepted, Untrusted

if TYPE_CHECKING:
    from refrain.agent.agent import Agent

CANDID = "candid:service"


class TypedCanister:
    """Reads the certified `candid:service` once, at the first message."""

    def __init__(self, agent: Agent, canister: str) -> None:
        """Ask `canister`, a principal's text, as the agent's identity."""
        self._agent = agent
        self._canister = canister
        self._candid: CandidProgram | None = None

    def query(self, method: str, *args: Any) -> Any:
        """Run a query; its value, None for none. Raises as `Agent.query` does."""
        function = self._function(method)
        raw = self._agent.query(self._canister, method, self._encoded(function, args))
        return self._decoded(function, raw)

    def update(self, method: str, *args: Any) -> Any:
        """Run an update; its value, None for none. Raises as `Agent.update` does."""
        function = self._function(method)
        raw = self._agent.update(self._canister, method, self._encoded(function, args))
        return self._decoded(function, raw)

    def _program(self) -> CandidProgram:
        if self._candid is None:
            section = self._agent.metadata(self._canister, CANDID)
            if section is None:
                raise NotAccepted(f"{self._canister} publishes no Candid: is it one of Refrain's?")
            try:
                self._candid = parse_program(section.decode())
            except (CandidTextError, UnicodeDecodeError) as error:
                raise NotAccepted(f"{self._canister} has malformed Candid: {error}") from None
        return self._candid

    def _function(self, method: str) -> Func:
        program = self._program()
        methods = dict(program.service.methods) if program.service else {}
        function = program.types.resolve(methods[method]) if method in methods else None
        if not isinstance(function, Func):
            raise NotAccepted(f"{self._canister} has no method {method}: is it one of Refrain's?")
        return function

    def _encoded(self, function: Func, args: tuple[Any, ...]) -> bytes:
        return encode(function.args, args, self._program().types)

    def _decoded(self, function: Func, raw: bytes) -> Any:
        try:
            values = decode(raw, function.results, self._program().types)
        except CandidDecodeError as error:
            raise Untrusted(f"The reply is not what the canister's Candid says: {error}") from None
        return values[0] if values else None
