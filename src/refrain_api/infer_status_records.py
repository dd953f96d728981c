"""Records of the infer canister's status and of the bounds that controllers set."""

from kybra import Record, Variant, Vec, nat32, nat64, text

from refrain_api.refusal_variants import Refusal


# Bounds of a round in tokens, and of a message in instructions.
# round_tokens: the most new ones of a round. prompt_tokens: a longer prompt is cut.
# total_tokens: at least both together. message_instructions less margin_instructions is what a
# message does before the rest is left to another.
# attempts: providers asked one after another for one sample, where no provider works twice for it.
class WorkBudgets(Record):
    round_tokens: nat32
    prompt_tokens: nat32
    total_tokens: nat32
    message_instructions: nat64
    margin_instructions: nat64
    attempts: nat32


# What one step of a message took since the last upgrade; shares are those of the most.
class WorkStep(Record):
    step: text
    last_instructions: nat64
    most_instructions: nat64
    of_soft_budget_milli: nat64
    of_platform_limit_milli: nat64


# pace_milli: thousandths of a token a second as last measured; 0 is not measured since the upgrade.
# circuit: "closed", "open" or "probing"; an open one lets a call through in well_in_s seconds.
class ProviderStatus(Record):
    name: text
    circuit: text
    failures_in_a_row: nat32
    well_in_s: nat32
    pace_milli: nat64
    shards: nat32
    shards_leased: nat32


# What controllers bounded, and how near this canister and its providers are to it.
class InferStatus(Record):
    budgets: WorkBudgets
    subnet_nodes: nat32
    platform_instructions: nat64
    steps: Vec[WorkStep]
    providers: Vec[ProviderStatus]


# Lines of the controllers' log, and the number of the line after them.
class EventPage(Record):
    lines: Vec[text]
    next: nat64


class InferStatusResult(Variant, total=False):
    Status: InferStatus
    Refused: Refusal
