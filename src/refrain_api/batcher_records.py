"""Records of the batcher canister's interface."""

from kybra import Record, Variant, Vec, nat32, nat64, text

from refrain_api.ask_records import Answer
from refrain_api.refusal_variants import Refusal
from refrain_api.vote_records import AbsentVoter, VoteGroup


# An answer with how it was served, in the words of RFC 9211.
# cache_status: such as `hit; ttl=30; key="00ff"`, `fwd=miss; stored` or `fwd=miss; collapsed`.
# charged_cycles: what the asker paid, or, for a sponsored one, what the canister's owner did;
# of a stale answer that is being renewed, the most that this will cost: the rest becomes credit.
class Answered(Record):
    answer: Answer
    digest: text
    cache_status: text
    age_s: nat32
    outcalls: nat32
    charged_cycles: nat64


# A claim on an answer in flight; read it with `result` until it expires.
class Ticket(Record):
    ticket: nat64
    digest: text
    expires_at_ns: nat64


class AskResult(Variant, total=False):
    Answered: Answered
    Joined: Ticket
    Refused: Refusal


class SubmitResult(Variant, total=False):
    Ticket: Ticket
    Refused: Refusal


# A vote that met its quorum: `votes` of `total` agree; the first group is theirs.
class ConsistentVote(Record):
    answered: Answered
    votes: nat32
    total: nat32
    agreement_permille: nat32
    groups: Vec[VoteGroup]
    absent: Vec[AbsentVoter]


# A vote that met none, for the stated reason: every group, the heaviest first.
class InconsistentVote(Record):
    reason: text
    total: nat32
    groups: Vec[VoteGroup]
    absent: Vec[AbsentVoter]
    outcalls: nat32
    charged_cycles: nat64


# Where a ticket stands; Pending names the deadline of the flight it waits for. The two of a vote
# are for requests with a policy; one whose verdict was stored before is Settled.
class TicketState(Variant, total=False):
    Pending: Ticket
    Settled: Answered
    Consistent: ConsistentVote
    Inconsistent: InconsistentVote
    Failed: Refusal
    Expired: text
    Refused: Refusal


# A ticket that was called off. work: "ended" where nothing more is asked for it, "goes_on" where a
# call is out, which is paid, or others wait. credited_cycles: what of its price is credit by now;
# what a call that is out leaves over follows once that is back.
class Cancellation(Record):
    ticket: nat64
    work: text
    credited_cycles: nat64


class CancelResult(Variant, total=False):
    Cancelled: Cancellation
    Refused: Refusal


# What an answer says from the asked character on; next: the cursor to go on from.
# done: once the answer is whole and this part ends it; `result` then has the rest of it.
class StreamedText(Record):
    text: text
    next: nat64
    done: bool


class StreamResult(Variant, total=False):
    Streamed: StreamedText
    Failed: Refusal
    Expired: text
    Refused: Refusal


# What an ask will cost: on a hit, on a miss, and held while its calls are out.
class Quote(Record):
    hit_cycles: nat64
    miss_cycles: nat64
    held_cycles: nat64


class QuoteResult(Variant, total=False):
    Quoted: Quote
    Refused: Refusal


# Who may ask; sponsored: "yes" lets the batcher's owner pay, "no" wants cycles attached.
class AskerSettings(Record):
    caller: text
    sponsored: text


# lease_s: how long a flight may last; ticket_ttl_s: how long a result can be read.
# anonymous: "refused", or "public" to let anyone use the public namespace, sponsored.
# hit_fee_cycles: what an unsponsored asker pays for a hit; margin_cycles is added on a miss.
# negative_ttl_s: how long a lasting failure of a model is remembered; 0 remembers none.
# window_s: how long submitted requests wait for others to share an outcall with, where a provider
# takes lists; 0 is the next round. window_size: how many share one; max_waiting: how many wait at
# most, half of them one tenant's; max_calls: how many of their calls are out at once.
class BatcherSettings(Record):
    lease_s: nat32
    ticket_ttl_s: nat32
    max_flights: nat32
    max_tickets: nat32
    anonymous: text
    hit_fee_cycles: nat64
    margin_cycles: nat64
    negative_ttl_s: nat32
    window_s: nat32
    window_size: nat32
    max_waiting: nat32
    max_calls: nat32


# The counts of the batcher canister since install. stale: answers served though not fresh;
# refreshes: flights that renew one behind its reply; negatives: failures served as remembered;
# lists: calls of a model for several requests, and listed: those requests.
# votes: of them agreed met their quorum; samples_reused: votes cast by answers that were stored;
# resumed: flights whose work was lost and begun again; cancelled: tickets called off.
class BatcherCounters(Record):
    asks: nat64
    hits: nat64
    flights: nat64
    collapsed: nat64
    refusals: nat64
    failures: nat64
    outcalls: nat64
    stored: nat64
    late_replies: nat64
    charged_cycles: nat64
    refunded_cycles: nat64
    stale: nat64
    refreshes: nat64
    negatives: nat64
    lists: nat64
    listed: nat64
    votes: nat64
    agreed: nat64
    samples_reused: nat64
    resumed: nat64
    cancelled: nat64
    flights_open: nat32
    tickets_kept: nat32
