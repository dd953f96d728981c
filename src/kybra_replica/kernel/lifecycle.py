"""Install, upgrade, reinstall, uninstall, start and stop; each whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from kybra_replica.candid.encode import encode
from kybra_replica.kernel import answers, canister_store, changes, effects, rejects
from kybra_replica.kernel.principals import bytes_of
from kybra_replica.kernel.processor import MessageUndone, Processor
from kybra_replica.kernel.rejects import CANISTER_REJECT, Reject, refused
from kybra_replica.kernel.worker_link import Outcome, Trap, WorkerLink
from kybra_replica.program.archive import module_hash

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.change_history import Origin
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.module import Code
    from kybra_replica.kernel.spawner import Spawner
    from kybra_replica.program.interface import Program

Mode = Literal["install", "upgrade", "reinstall"]
UNINSTALLED = Reject(CANISTER_REJECT, "Canister has been uninstalled.", "IC0406")


class Installation(NamedTuple):
    """What to install how, on whose behalf; `arg` is Candid."""

    code: Code
    mode: Mode
    origin: Origin
    arg: bytes
    skip_pre_upgrade: bool = False

    @property
    def entered(self) -> str:
        """The lifecycle method that the new program begins with."""
        return "post_upgrade" if self.mode == "upgrade" else "init"


class Lifecycle:
    """Puts code into canisters."""

    def __init__(self, state: KernelState, processor: Processor, spawner: Spawner) -> None:
        """Fork canisters from `spawner`."""
        self._state = state
        self._processor = processor
        self._spawner = spawner

    def install(self, canister: Canister, wanted: Installation) -> None:
        """Install, upgrade or reinstall; raises Rejected and changes nothing where that fails."""
        _check_mode(canister, wanted.mode)
        old, new = canister.worker, self._spawn(canister, wanted.code.program)
        try:
            with self._state.store.transaction():
                self._install(canister, wanted, new)
        except MessageUndone as undone:
            raise _refused(canister, new, undone) from None
        if new is not None:
            new.commit()
        if old is not None:
            old.close()

    def revive(self, canister: Canister, code: Code) -> None:
        """Bring a canister back after a restart: as an upgrade, without its pre_upgrade."""
        new = self._spawn(canister, code.program)
        try:
            with self._state.store.transaction():
                arg = encode((), (), code.program.interface.types) if code.program else b""
                outcome = self._enter(canister, new, "post_upgrade", arg)
                self._swap(canister, code, new)
                self._apply(canister, outcome)
                canister_store.save_code(self._state.store, canister, code)
        except MessageUndone as undone:
            raise _refused(canister, new, undone) from None
        if new is not None:
            new.commit()

    def uninstall(self, canister: Canister, origin: Origin) -> None:
        """Take the code, the memory and the log; whoever waits for an answer gets a reject."""
        if canister.worker is not None:
            canister.worker.close()
        contexts, canister.contexts = list(canister.contexts.values()), {}
        for context in contexts:
            if not context.answered:
                answers.answer(self._state, context, UNINSTALLED)
        self._swap(canister, None, None)
        canister.certified_data = b""
        canister.logs.clear()
        self._state.maps.erase(canister.canister_id)
        canister_store.clear_chunks(self._state.store, canister.canister_id)
        canister_store.save_code(self._state.store, canister, None)
        changes.record(self._state, canister, origin, "code_uninstall")
        answers.settle_stop(self._state, canister)

    def stop(self, canister: Canister) -> None:
        """Take no more calls; stopped when the last open one is done."""
        if canister.status == "running":
            canister.status = "stopping"
            canister.version += 1
            self._state.save(canister)
        answers.settle_stop(self._state, canister)

    def start(self, canister: Canister) -> None:
        """Take calls again."""
        canister.status = "running"
        canister.version += 1
        self._state.save(canister)

    def _spawn(self, canister: Canister, program: Program | None) -> WorkerLink | None:
        if program is None:
            return None
        seed = self._state.random.randbytes(32)
        return self._spawner.spawn(module_hash(program), program, canister.canister_id, seed)

    def _install(self, canister: Canister, wanted: Installation, new: WorkerLink | None) -> None:
        leaves = wanted.mode == "upgrade" and not wanted.skip_pre_upgrade
        left = self._leave(canister) if leaves else None
        if wanted.mode == "reinstall":
            self._state.maps.erase(canister.canister_id)
        try:
            outcome = self._enter(
                canister,
                new,
                wanted.entered,
                wanted.arg,
                caller=bytes_of(wanted.origin.sender),
                earlier_instructions=0 if left is None else left.instructions,
            )
        except MessageUndone:
            if left is not None and canister.worker is not None:
                canister.worker.abort()
            raise
        self._swap(canister, wanted.code, new)
        if wanted.mode == "reinstall":
            canister.certified_data = b""
        self._apply(canister, outcome)
        canister_store.save_code(self._state.store, canister, wanted.code)
        deployed = {"mode": wanted.mode, "module_hash": canister.module_hash}
        changes.record(self._state, canister, wanted.origin, "code_deployment", **deployed)

    def _leave(self, canister: Canister) -> Outcome | None:
        if canister.worker is None:
            return None
        facts = self._processor.facts(canister, "pre_upgrade", "pre_upgrade", b"")
        result = canister.worker.run(facts, self._processor.server(canister))
        if isinstance(result, Trap):
            raise MessageUndone(result)
        return result

    def _enter(
        self, canister: Canister, new: WorkerLink | None, entered: str, arg: bytes, **more: Any
    ) -> Outcome | None:
        if new is None:
            return None
        facts = self._processor.facts(canister, "install", entered, arg) | more
        result = new.run(facts, self._processor.server(canister))
        if isinstance(result, Trap):
            raise MessageUndone(result)
        return result

    def _swap(self, canister: Canister, code: Code | None, worker: WorkerLink | None) -> None:
        canister.worker = worker
        canister.program = None if code is None else code.program
        canister.module = None if code is None else code.module()
        canister.generation += 1
        canister.timers.clear()

    def _apply(self, canister: Canister, outcome: Outcome | None) -> None:
        if outcome is not None:
            context = self._state.new_context(None, canister.canister_id, "")
            effects.apply(self._state, canister, context, outcome)


def _check_mode(canister: Canister, mode: Mode) -> None:
    if mode == "install" and canister.module is not None:
        raise refused(rejects.not_empty(canister.text))
    if mode == "upgrade" and canister.module is None:
        raise refused(rejects.not_installed(canister.text))


def _refused(canister: Canister, new: WorkerLink | None, undone: MessageUndone) -> Exception:
    if new is not None:
        new.close()
    return refused(rejects.in_canister(canister.text, undone.trap.text, undone.trap.code))
