"""A cache whose roots are kept, with a verifier that believes nothing but the last of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cache_core import certified_lookups, puts, upkeep
from refrain.client.certified_hits import Witness
from refrain_core.answer_log import row_of
from refrain_core.certified_rows import Proof
from refrain_core.fingerprint import digest_of
from refrain_core.served_texts import CertifiedText, MissText, UncertifiedText, parse_served
from tests.unit.cache.memories import Memory

if TYPE_CHECKING:
    from cache_core.answer_cache import AnswerCache

SECOND = 1_000_000_000
SECRET = "5e" * 32
Maker = Callable[..., dict[str, Any]]


class Certified:
    """A cache whose roots are kept, and a verifier that knows the last of them."""

    def __init__(self, put_request: Maker, secret: str = SECRET) -> None:
        """Install, and draw the secret unless it is empty."""
        self.memory = Memory()
        self.roots: list[bytes] = []
        self._request = put_request
        self.cache: AnswerCache = self.memory.begin(self.roots.append)
        if secret:
            self.cache.certified.begin(secret)

    def put(self, name: str, content: str = "four", **fields: Any) -> None:
        """Store an answer of a minute."""
        request = self._request(digest_of(name), content, **{"ttl_s": 60, **fields})
        assert "Stored" in puts.put(self.cache, request, SECOND)

    def look(self, name: str) -> CertifiedText | UncertifiedText | MissText:
        """Look an answer up; a proof that is told must hold under the last root."""
        text = certified_lookups.hit_text(
            self.cache, digest_of(name), lambda _: True, SECOND, b"signed"
        )
        served = parse_served(text)
        assert served is not None
        if isinstance(served, CertifiedText):
            assert self.proves(served)
            assert served.certificate == b"signed".hex()
        return served

    def proves(self, hit: CertifiedText) -> bool:
        """Tell whether a hit is true under the last root."""
        return self.is_true(hit.record, Proof(hit.salt, hit.witness))

    def is_true(self, record: str, proof: Proof) -> bool:
        """Tell whether a record is true under the last root."""
        witness = Witness(proof.witness)
        return row_of(proof.salt, record) in witness.rows() and witness.root() == self.roots[-1]

    def is_certified(self, *names: str) -> bool:
        """Tell whether all of some answers are served with a proof."""
        return all(isinstance(self.look(name), CertifiedText) for name in names)

    def upgrade(self) -> None:
        """Go on with a new heap."""
        self.cache = self.memory.resume(certify=self.roots.append)

    def work(self) -> None:
        """Do all that is left to do."""
        while upkeep.work_step(self.cache):
            pass
