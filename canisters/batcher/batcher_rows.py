"""What a controller sets, as kybra-simple-db rows, read through a copy in the heap."""

from typing import TYPE_CHECKING

from kybra_simple_db import Database
from kybra_simple_logging import Level, set_log_level

from batcher_core.batcher_bounds import Settings, pack_settings, unpack_settings
from batcher_core.fair_queue import PRIORITIES
from batcher_core.key_space import SERVING, KeySpace
from batcher_core.move_progress import Progress, pack_progress, unpack_progress
from batcher_entities import (
    Asker,
    CacheRow,
    Controller,
    KnownModel,
    Member,
    Receiver,
    Setting,
    delete,
    find,
    keep_setting,
)
from batcher_maps import rows_map
from quota_rows import load_quotas

if TYPE_CHECKING:
    from batcher_core.quotas import Limits

MAX_ASKERS = 1_000
MAX_MODELS = 64
MAX_MEMBERS = 1_000
MAX_CALLBACKS = 32


class Rows:
    """The heap's copy of all rows. Reads touch no map, writes go through."""

    def __init__(self) -> None:
        """Start empty; `load` reads the rows."""
        self.controllers: set[str] = set()
        self.askers: dict[str, str] = {}
        self.priorities: dict[str, str] = {}
        self.members: set[str] = set()
        self.callbacks: set[str] = set()
        self.quotas: dict[str, Limits] = {}
        self.models: list[str] = []
        self.listed: set[str] = set()
        self.wiring: dict[str, str] = {}
        self.space = KeySpace({})
        self.move = Progress()
        self.settings = Settings()

    @property
    def is_connected(self) -> bool:
        """Whether a cache and the infer canister are known."""
        return bool(self.space.caches) and "infer" in self.wiring

    def load(self) -> None:
        """Open the database and copy what it holds."""
        # Its loggers print each load and keep a thousand lines in the heap.
        set_log_level(Level.ERROR)
        Database.init(audit_enabled=False, db_storage=rows_map)
        self.controllers = {row.principal or "" for row in Controller.instances()}
        askers = Asker.instances()
        self.askers = {row.principal or "": row.sponsored or "no" for row in askers}
        self.priorities = {row.principal or "": row.priority for row in askers if row.priority}
        self.members = {row.listing or "" for row in Member.instances()}
        self.callbacks = {row.listing or "" for row in Receiver.instances()}
        self.quotas = load_quotas()
        known = KnownModel.instances()
        self.models = sorted([row.name or "" for row in known])
        self.listed = {row.name or "" for row in known if row.lists == "yes"}
        values = {row.name or "": row.value or "" for row in Setting.instances()}
        packed = values.pop("settings", None)
        self.settings = Settings() if packed is None else unpack_settings(packed)
        self.move = unpack_progress(values.pop("move", ""))
        caches = {row.principal or "": row.state or SERVING for row in CacheRow.instances()}
        # The one cache of before there could be several.
        alone = values.pop("cache", None)
        self.space = KeySpace(caches or ({} if alone is None else {alone: SERVING}))
        self.wiring = values

    def add_controller(self, principal: str) -> None:
        """Let `principal` configure this canister."""
        if principal not in self.controllers:
            Controller(principal=principal)
            self.controllers.add(principal)

    def remove_controller(self, principal: str) -> None:
        """Take the role from `principal`."""
        delete(find(Controller, "principal", principal))
        self.controllers.discard(principal)

    def allow_asker(self, principal: str, sponsored: str) -> None:
        """Let `principal` ask, at the batcher's expense or its own."""
        row = find(Asker, "principal", principal)
        if row is None:
            Asker(principal=principal, sponsored=sponsored)
        else:
            row.sponsored = sponsored
        self.askers[principal] = sponsored

    def deny_asker(self, principal: str) -> None:
        """Stop `principal` from asking; its account keeps its credit."""
        delete(find(Asker, "principal", principal))
        self.askers.pop(principal, None)
        self.priorities.pop(principal, None)

    def prioritise(self, principal: str, priority: str) -> None:
        """Give an asker's submitted requests a priority."""
        row = find(Asker, "principal", principal)
        if row is not None:
            row.priority = priority
            self.priorities[principal] = priority

    def priority(self, principal: str) -> int:
        """Return the priority of an asker's submitted requests."""
        return PRIORITIES[self.priorities.get(principal, "normal")]

    def is_member(self, namespace: str, principal: str) -> bool:
        """Tell whether a shared namespace lists a principal."""
        return f"{namespace} {principal}" in self.members

    def allow_member(self, namespace: str, principal: str) -> None:
        """Let a principal ask within a shared namespace."""
        if not self.is_member(namespace, principal):
            Member(listing=f"{namespace} {principal}")
            self.members.add(f"{namespace} {principal}")

    def deny_member(self, namespace: str, principal: str) -> None:
        """Take a principal's right to ask within a shared namespace."""
        delete(find(Member, "listing", f"{namespace} {principal}"))
        self.members.discard(f"{namespace} {principal}")

    def allow_callback(self, canister: str, method: str) -> None:
        """Let a canister have its answers pushed to one of its functions."""
        if f"{canister} {method}" not in self.callbacks:
            Receiver(listing=f"{canister} {method}")
            self.callbacks.add(f"{canister} {method}")

    def deny_callback(self, canister: str, method: str) -> None:
        """Push to that function no more."""
        delete(find(Receiver, "listing", f"{canister} {method}"))
        self.callbacks.discard(f"{canister} {method}")

    def keep_models(self, names: list[str], listed: set[str]) -> None:
        """Replace the list of models. listed: those of which several requests share an outcall."""
        for gone in set(self.models).difference(names):
            delete(find(KnownModel, "name", gone))
        for new in sorted(set(names).difference(self.models)):
            KnownModel(name=new)
        for name in sorted(listed.symmetric_difference(self.listed).intersection(names)):
            row = find(KnownModel, "name", name)
            if row is not None:
                row.lists = "yes" if name in listed else "no"
        self.models = sorted(set(names))
        self.listed = listed.intersection(names)

    def connect(self, role: str, canister: str) -> None:
        """Keep the id of the canister that is "infer"."""
        keep_setting(role, canister)
        self.wiring[role] = canister

    def keep_caches(self, caches: "dict[str, str]") -> None:
        """Replace the caches and their states."""
        for gone in set(self.space.caches).difference(caches):
            delete(find(CacheRow, "principal", gone))
        for name, state in caches.items():
            row = find(CacheRow, "principal", name)
            if row is None:
                CacheRow(principal=name, state=state)
            else:
                row.state = state
        self.space = KeySpace(caches)

    def note_move(self, progress: Progress) -> None:
        """Keep how far a move is."""
        keep_setting("move", pack_progress(progress))
        self.move = progress

    def configure(self, settings: Settings) -> None:
        """Replace the settings."""
        keep_setting("settings", pack_settings(settings))
        self.settings = settings


rows = Rows()
