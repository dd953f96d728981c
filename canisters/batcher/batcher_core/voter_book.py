"""How often each provider agreed with the verdicts that it took part in.

A record is ``voted|agreed`` under the provider's name.
"""

from batcher_core.text_store import TextStore
from refrain_core.consensus.provider_weights import VoterRecord, recorded

MAX_PROVIDERS = 64
"""The most providers kept; the infer canister has no more."""


class VoterBook:
    """All records, in a stable map and in the heap."""

    def __init__(self, store: TextStore) -> None:
        """Start empty; `load` reads what the store holds."""
        self._store = store
        self.records: dict[str, VoterRecord] = {}

    def load(self) -> None:
        """Read all records; bounded by `MAX_PROVIDERS`."""
        self.records = {}
        for provider, text in self._store.items():
            voted, agreed = text.split("|")
            self.records[provider] = VoterRecord(int(voted), int(agreed))

    def note(self, provider: str, *, agreed: bool) -> None:
        """Count one more verdict; a provider beyond the bound is not recorded."""
        record = self.records.get(provider)
        if record is None:
            if len(self.records) >= MAX_PROVIDERS:
                return
            record = VoterRecord()
        record = recorded(record, agreed=agreed)
        self.records[provider] = record
        self._store.insert(provider, f"{record.voted}|{record.agreed}")
