"""Answers made invalid all at once: a scope is purged by one number, however many are in it.

    all                     everything
    namespace/NS            a namespace's answers
    model/NAME              a model's, in every revision and quantization
    version/NAME@REV:QUANT  one version's
    tag/NS/TAG              what a namespace put under a tag
    voter/NAME              whatever a voter (a provider, or a model's version) had a say in

To purge a scope is to write down the sequence number of now: what was put before is hidden from
then on, and the sweep frees it later. To taint a voter hides all that it had a say in, what is put
later too, until the taint is cleared.
"""

from typing import Any

from cache_core.answer_texts import Entry
from cache_core.stable_maps import TextMap
from refrain_core.refusals import bad_request

ALL = "all"
KINDS = ("namespace", "model", "version", "tag", "voter")
TAINTED = "tainted"

MOST_SCOPES = 1_000
"""Scopes remembered; a purge of everything forgets those of before."""

MOST_OF_TENANTS = 900
"""Scopes up to which tenants may add some; the rest is left to controllers."""

MAX_SCOPE_CHARACTERS = 220
PURGED = "purged"

_EVERY = 1 << 64


class Invalidation:
    """The purged and tainted scopes; the map is the truth, the heap its copy."""

    def __init__(self, rows: TextMap) -> None:
        """Start with none; `load` reads the map."""
        self._rows = rows
        self._purges: dict[str, int] = {}
        self._taints: set[str] = set()
        self.newest = 0
        self.hides_up_to = 0
        """Answers up to this sequence must be looked at; a taint may hide any."""

    def load(self) -> None:
        """Read every scope; bounded by `MOST_SCOPES`."""
        self._purges, self._taints, self.newest = {}, set(), 0
        for scope, value in self._rows.items():
            if value == TAINTED:
                self._taints.add(scope)
            else:
                self._note(scope, int(value))
        self._look_again()

    def refuse(self, scope: str, most: int = MOST_SCOPES) -> "dict[str, Any] | None":
        """Refuse what is no scope, and one more than can be remembered."""
        kind, _, name = scope.partition("/")
        if scope != ALL and (kind not in KINDS or not name):
            kinds = ", ".join([f"{one}/..." for one in KINDS])
            return bad_request(f"no such scope: give {ALL}, or one of {kinds}")
        if len(scope) > MAX_SCOPE_CHARACTERS or not scope.isascii():
            return bad_request(f"a scope has at most {MAX_SCOPE_CHARACTERS} ASCII characters")
        is_new = scope not in self._purges and scope not in self._taints
        if scope != ALL and is_new and len(self._purges) + len(self._taints) >= most:
            return bad_request('too many scopes are remembered: purge "all", or clear taints')
        return None

    def purge(self, scope: str, sequence: int) -> None:
        """Hide what was put in a scope up to `sequence`."""
        if scope == ALL:
            for older in self._purges:
                self._rows.remove(older)
            self._purges = {}
        self._rows.insert(scope, str(sequence))
        self._note(scope, sequence)

    def taint(self, voter: str) -> None:
        """Hide all that a voter has or will have a say in."""
        self._rows.insert(f"{TAINTED}/{voter}", TAINTED)
        self._taints.add(f"{TAINTED}/{voter}")
        self._look_again()

    def clear_taint(self, voter: str) -> bool:
        """Show again what a voter had a say in; tell whether it was tainted."""
        scope = f"{TAINTED}/{voter}"
        if scope not in self._taints:
            return False
        self._rows.remove(scope)
        self._taints.discard(scope)
        self._look_again()
        return True

    def scopes(self) -> "list[tuple[str, str]]":
        """List the scopes with the sequence number of their purge, or "tainted"."""
        purges = [(scope, str(sequence)) for scope, sequence in self._purges.items()]
        return sorted([*purges, *[(scope, TAINTED) for scope in self._taints]])

    def may_hide(self, sequence: int) -> bool:
        """Tell cheaply whether an answer's scopes must be looked at at all."""
        return sequence <= self.hides_up_to

    @property
    def is_tainting(self) -> bool:
        """Tell whether anything is tainted, so that what is yet to be put may be hidden."""
        return self.hides_up_to == _EVERY

    def hides(self, entry: Entry) -> "str | None":
        """Return why an answer is hidden, "purged" or "tainted"; None if it is not."""
        if not self.may_hide(entry.sequence):
            return None
        voters = [*entry.voters.split(), entry.model]
        if any(f"{TAINTED}/{voter}" in self._taints for voter in voters):
            return TAINTED
        return self.purged(entry)

    def purged(self, entry: Entry) -> "str | None":
        """Return "purged" if a purge hides an answer for good; a taint may be cleared."""
        if entry.sequence > self.newest:
            return None
        for scope in scopes_of(entry):
            if entry.sequence <= self._purges.get(scope, 0):
                return PURGED
        return None

    def _note(self, scope: str, sequence: int) -> None:
        self._purges[scope] = sequence
        self.newest = max(self.newest, sequence)
        self._look_again()

    def _look_again(self) -> None:
        self.hides_up_to = _EVERY if self._taints else self.newest


def scopes_of(entry: Entry) -> list[str]:
    """List every scope that an answer is in."""
    return [
        ALL,
        f"namespace/{entry.namespace}",
        f"model/{entry.model.partition('@')[0]}",
        f"version/{entry.model}",
        *[f"tag/{entry.namespace}/{tag}" for tag in entry.tags.split()],
        *[f"voter/{voter}" for voter in (*entry.voters.split(), entry.model)],
    ]
