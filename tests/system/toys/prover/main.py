"""A toy that keeps records and certifies them: the log's whole life without a cache around it."""

from kybra import (
    Async,
    CallResult,
    Principal,
    StableBTreeMap,
    blob,
    ic,
    nat64,
    query,
    text,
    update,
    void,
)

from refrain_api.outcall_records import Management
from refrain_core.certified_rows import CertifiedRows
from refrain_core.served_texts import certified_text, miss_text, uncertified_text

records = StableBTreeMap[text, text](memory_id=0, max_key_size=80, max_value_size=4600)
settings = StableBTreeMap[text, text](memory_id=1, max_key_size=20, max_value_size=100)
rows = CertifiedRows()


def certify(root: bytes) -> None:
    if root:
        ic.set_certified_data(root)


@update
def begin() -> Async[void]:
    reply: CallResult[blob] = yield Management(Principal.from_str("aaaaa-aa")).raw_rand()
    settings.insert("secret", reply.Ok.hex())
    new_epoch()


@update
def keep(digest: text, record: text) -> void:
    records.insert(digest, record)
    certify(rows.keep(digest, record))


@update
def remove(digest: text) -> void:
    records.remove(digest)
    certify(rows.drop(digest))


@update
def evict(digest: text) -> void:
    records.remove(digest)
    rows.forget(digest)


@update
def purge() -> void:
    for digest in list(records.keys()):
        records.remove(digest)
    new_epoch()


@update
def new_epoch() -> void:
    epoch = str(int(settings.get("epoch") or "0") + 1)
    settings.insert("epoch", epoch)
    certify(rows.open(settings.get("secret") or "", epoch.encode()))


@update
def load_some(skipped: nat64, count: nat64) -> void:
    step = records.items()[skipped : skipped + count]
    certify(rows.load(step))


@query
def certified_hit(digest: text) -> text:
    record = records.get(digest)
    if record is None:
        return miss_text("never stored")
    certificate = ic.data_certificate()
    proof = rows.proof(digest)
    if certificate is None or proof is None:
        return uncertified_text(len(rows), records.len(), record)
    return certified_text(proof.salt, certificate.hex(), proof.witness, record)
