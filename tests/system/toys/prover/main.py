"""A toy that certifies records: the log and its witnesses without a cache around them."""

from kybra import ic, nat64, query, text, update, void

from refrain_core.answer_log import NO_ROW, AnswerLog, row_of, salt_of

logs = [AnswerLog(b"1|0")]


def certify() -> None:
    ic.set_certified_data(logs[-1].root())


@update
def keep(salt: text, record: text) -> nat64:
    number = logs[-1].append(row_of(salt, record))
    certify()
    return number


@update
def drop(number: nat64) -> void:
    logs[-1].rewrite(number, NO_ROW)
    certify()


@update
def begin_anew() -> void:
    logs.append(AnswerLog(b"2|0"))
    certify()


@query
def prove(number: nat64) -> text:
    certificate = ic.data_certificate()
    return f"{certificate.hex() if certificate else ''}|{logs[-1].witness(number)}"


@query
def salt(digest: text) -> text:
    return salt_of("secret", digest)
