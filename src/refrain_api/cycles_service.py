"""The management canister's transfer of cycles, in records of our own."""

from kybra import Principal, Record, Service, service_update, void


# Who gets the cycles that are attached.
class CyclesReceiver(Record):
    canister_id: Principal


# What the batcher calls on the management canister, aaaaa-aa.
class CyclesService(Service):
    @service_update
    def deposit_cycles(self, receiver: CyclesReceiver) -> void: ...
