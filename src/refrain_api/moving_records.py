"""Records of answers that move between caches which share the key space."""

from kybra import Record, Variant, Vec, nat32, nat64, text

from refrain_api.cache_records import TransferredAnswer
from refrain_api.refusal_variants import Refusal


# Answers that another cache is to take over; left: digests yet to be looked at, given, or taken.
class MovePage(Record):
    rows: Vec[TransferredAnswer]
    left: nat64


class MoveOutResult(Variant, total=False):
    Page: MovePage
    Refused: Refusal


# What became of each row: as of an import, or "withheld"; fence: under which to read the next page.
class MovedIn(Record):
    outcomes: Vec[text]
    fence: nat64


# Fenced: the page was read too early; read another one under this fence.
class MoveInResult(Variant, total=False):
    Moved: MovedIn
    Fenced: nat64
    Refused: Refusal


# What all caches that share the key space have in common: bounds, namespaces, taints, members.
class ProfileResult(Variant, total=False):
    Profile: text
    Refused: Refusal


# A cache that shares the key space; state: "serving", "joining" or "leaving".
class KeyShard(Record):
    cache: text
    state: text


# All of them, and the last move: its number, answers moved and not taken by their new owner, its
# legs (from one cache to another), those done, and how many digests the present one has left.
class KeyShards(Record):
    caches: Vec[KeyShard]
    move: nat32
    moved: nat64
    lost: nat64
    legs: nat32
    legs_done: nat32
    left: nat64
