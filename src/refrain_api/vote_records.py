"""Records of votes: who was asked, who agreed with whom, and how often each agrees."""

from kybra import Opt, Record, Vec, nat32, nat64, text


# One voter of a vote. provider: who answered; None if nobody did, or if the answer was stored by an
# earlier vote that did not have to be asked of one in particular.
# sample: its number among those of its request; seed: the one sent, None if the provider drew it.
class Voter(Record):
    number: nat32
    provider: Opt[text]
    model: text
    sample: nat32
    seed: Opt[nat64]


# Voters that agree. content: what the first of them said, at most 4,000 characters of it.
class VoteGroup(Record):
    content: text
    weight: nat64
    voters: Vec[Voter]


# A voter without a vote, and why: "no answer in the reply", "the reply was cut off", "not heard in
# time", "decided before it was heard", or the failure's name.
class AbsentVoter(Record):
    voter: Voter
    reason: text


# How often a provider took part in a verdict, and agreed with it; weight: by which it counts where
# votes are weighted, in thousandths of a doubling of the odds.
class ProviderAgreement(Record):
    provider: text
    voted: nat64
    agreed: nat64
    weight: nat32
