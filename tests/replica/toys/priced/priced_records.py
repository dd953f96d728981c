"""Records that go in and out."""

from kybra import Opt, Record, Vec, nat64, text


class Spoken(Record):
    role: text
    content: text


class Asked(Record):
    namespace: Opt[text]
    model: text
    messages: Vec[Spoken]
    max_tokens: Opt[nat64]
    temperature: Opt[nat64]
    seed: Opt[nat64]


class Five(Record):
    first: text
    second: text
    third: text
    fourth: nat64
    fifth: nat64


class Answer(Record):
    body: text
    header: text


class Six(Record):
    first: text
    second: text
    third: text
    fourth: text
    fifth: nat64
    sixth: nat64
