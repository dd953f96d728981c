"""Install, upgrade, reinstall, start and stop; each whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from kybra_replica.candid.encode import encode
from kybra_replica.kernel import answers, effects, rejects
from kybra_replica.kernel.principals import bytes_of
from kybra_replica.kernel.processor import MessageUndone, Processor
from kybra_replica.kernel.rejects import CANISTER_ERROR, DESTINATION_INVALID, Rejected, refused
from kybra_replica.kernel.worker_link import Outcome, Trap, WorkerLink
from kybra_replica.program.archive import module_hash, pack

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.spawner import Spawner
    from kybra_replica.program.interface import Program

Mode = Literal["install", "upgrade", "reinstall"]


class Lifecycle:
    """Puts programs into canisters."""

    def __init__(self, state: KernelState, processor: Processor, spawner: Spawner) -> None:
        """Fork canisters from `spawner`."""
        self._state = state
        self._processor = processor
        self._spawner = spawner

    def install(
        self, canister: Canister, program: Program, mode: Mode, sender: str, args: tuple[Any, ...]
    ) -> None:
        """Install, upgrade or reinstall; raises Rejected and changes nothing where that fails."""
        self._check(canister, mode, sender)
        entered = "post_upgrade" if mode == "upgrade" else "init"
        arg = self._argument(program, entered, args)
        worker = self._spawn(canister, program)
        try:
            with self._state.store.transaction():
                self._leave(canister, mode)
                if mode == "reinstall":
                    self._state.maps.erase(canister.canister_id)
                outcome = self._enter(canister, worker, entered, bytes_of(sender), arg)
                old = self._swap(canister, program, worker, mode)
                self._apply(canister, outcome)
                self._save_program(canister, program)
        except MessageUndone as undone:
            worker.close()
            reject = rejects.trapped(canister.text, undone.trap.code, undone.trap.text)
            raise refused(reject) from None
        worker.commit()
        if old is not None:
            old.close()

    def revive(self, canister: Canister, program: Program) -> None:
        """Bring a canister back after a restart: as an upgrade, without its pre_upgrade."""
        worker = self._spawn(canister, program)
        try:
            with self._state.store.transaction():
                outcome = self._enter(
                    canister, worker, "post_upgrade", b"", encode((), (), program.interface.types)
                )
                self._swap(canister, program, worker, "upgrade")
                self._apply(canister, outcome)
        except MessageUndone as undone:
            worker.close()
            reject = rejects.trapped(canister.text, undone.trap.code, undone.trap.text)
            raise refused(reject) from None
        worker.commit()

    def _check(self, canister: Canister, mode: Mode, sender: str) -> None:
        if sender not in canister.controllers:
            text = f"Only controllers of canister {canister.text} can call install_code"
            raise Rejected(CANISTER_ERROR, text)
        if mode == "install" and canister.program is not None:
            text = f"Canister {canister.text} cannot be installed because it is not empty"
            raise Rejected(CANISTER_ERROR, text)
        if mode == "upgrade" and canister.program is None:
            raise refused(rejects.not_installed(canister.text))

    def _argument(self, program: Program, entered: str, args: tuple[Any, ...]) -> bytes:
        method = program.interface.lifecycle.get(entered)
        types = () if method is None else method.args
        if len(args) != len(types):
            text = f"{entered} takes {len(types)} argument(s), {len(args)} were given"
            raise Rejected(DESTINATION_INVALID, text)
        return encode(types, args, program.interface.types)

    def _spawn(self, canister: Canister, program: Program) -> WorkerLink:
        seed = self._state.random.randbytes(32)
        return self._spawner.spawn(module_hash(program), program, canister.canister_id, seed)

    def _leave(self, canister: Canister, mode: Mode) -> None:
        if mode != "upgrade" or canister.worker is None:
            return
        facts = self._processor.facts(canister, "pre_upgrade", "pre_upgrade", b"")
        result = canister.worker.run(facts, self._processor.server(canister))
        if isinstance(result, Trap):
            raise MessageUndone(result)

    def _enter(
        self, canister: Canister, worker: WorkerLink, entered: str, sender: bytes, arg: bytes
    ) -> Outcome:
        facts = self._processor.facts(canister, "install", entered, arg)
        facts["caller"] = sender
        result = worker.run(facts, self._processor.server(canister))
        if isinstance(result, Outcome):
            return result
        if canister.worker is not None and entered == "post_upgrade":
            canister.worker.abort()
        raise MessageUndone(result)

    def _swap(
        self, canister: Canister, program: Program, worker: WorkerLink, mode: Mode
    ) -> WorkerLink | None:
        old, canister.worker = canister.worker, worker
        canister.program = program
        canister.module_hash = module_hash(program)
        canister.generation += 1
        canister.timers.clear()
        if mode == "reinstall":
            canister.certified_data = b""
        return old

    def _apply(self, canister: Canister, outcome: Outcome) -> None:
        context = self._state.new_context(None, canister.canister_id, "")
        effects.apply(self._state, canister, context, outcome)

    def _save_program(self, canister: Canister, program: Program) -> None:
        self._state.store.connection.execute(
            "UPDATE canisters SET program = ?, module_hash = ? WHERE id = ?",
            (pack(program), canister.module_hash, canister.canister_id),
        )

    def stop(self, canister: Canister) -> None:
        """Take no more calls; stopped when the last open one is done."""
        if canister.status == "running":
            canister.status = "stopping"
            self._state.save(canister)
        answers.settle_stop(self._state, canister)

    def start(self, canister: Canister) -> None:
        """Take calls again."""
        canister.status = "running"
        self._state.save(canister)
