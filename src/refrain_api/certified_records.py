"""Records of the cache canister's hits that prove themselves."""

from kybra import Record, Variant, nat64, text

from refrain_api.cache_records import CachedAnswer
from refrain_api.refusal_variants import Refusal


# A fresh answer, its record as served, and what proves that; certificate and witness hexadecimal.
# docs/decisions/013 says how to verify it.
class CertifiedAnswer(Record):
    answer: CachedAnswer
    record: text
    salt: text
    certificate: text
    witness: text


# A fresh answer that cannot be proven now; how many can, of those that can or wait to be.
class UncertifiedAnswer(Record):
    answer: CachedAnswer
    certified_rows: nat64
    all_rows: nat64


# Miss carries the reason, as in LookupResult; "failure" where a failure is remembered.
class CertifiedResult(Variant, total=False):
    Certified: CertifiedAnswer
    Uncertified: UncertifiedAnswer
    Miss: text
    Refused: Refusal
