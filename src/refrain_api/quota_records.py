"""What a tenant may use, and what it has used."""

from kybra import Opt, Record, Variant, Vec, nat32, nat64, text

from refrain_api.refusal_variants import Refusal


# What a tenant may use. tenant: its principal, or "default" for all who have none of their own.
# A limit that is absent is none; models: whole or bare names, and if empty all.
class Quota(Record):
    tenant: text
    requests_per_hour: Opt[nat32]
    cycles_per_day: Opt[nat64]
    waiting_tickets: Opt[nat32]
    models: Vec[text]


# The quota that holds for the caller, what it has used of it, and when it has it anew.
class QuotaStanding(Record):
    quota: Quota
    requests: nat32
    cycles: nat64
    waiting: nat32
    hour_ends_ns: nat64
    day_ends_ns: nat64


class QuotaResult(Variant, total=False):
    Quota: QuotaStanding
    Refused: Refusal
