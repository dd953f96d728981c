"""Every way to say no, in one variant that the three canisters share."""

from kybra import Opt, Record, Variant, nat16, nat32, nat64, text


# A size over its limit; unit is "characters", "bytes", "tokens" or "messages".
class SizeOverLimit(Record):
    unit: text
    size: nat64
    limit: nat64


# Cycles that must be attached, and that were.
class CyclesShort(Record):
    expected: nat64
    received: nat64


# Come back after so many seconds.
class RetryAfter(Record):
    retry_after_s: Opt[nat32]


# What the provider's HTTP status was, and the class of its error (never its key, never its body).
class ProviderFault(Record):
    status: nat16
    detail: text


# Why a request was refused or failed; each text says what to do next.
class Refusal(Variant, total=False):
    BadRequest: text
    TooLarge: SizeOverLimit
    UnknownModel: text
    NotAllowed: text
    TooFewCycles: CyclesShort
    OutOfCycles: CyclesShort
    Busy: RetryAfter
    RateLimited: RetryAfter
    Timeout: text
    Unreachable: text
    ProviderError: ProviderFault
    BadReply: text
    ResponseTooLarge: SizeOverLimit
    NoConsensus: text
    LeaseLost: text
    Closing: text
    Internal: text
    NotCached: text
    Cancelled: text


# The outcome of a command that returns nothing else.
class Done(Variant, total=False):
    Ok: text
    Refused: Refusal
