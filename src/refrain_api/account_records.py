"""Records of an asker's cycles."""

from kybra import Record, Variant, nat64

from refrain_api.refusal_variants import Refusal


# An asker's cycles: charged = spent + margin + credit + held, at all times. charged: what came with
# its calls and was not sent back; held: the worst case of calls that are out.
class Account(Record):
    charged: nat64
    spent: nat64
    margin: nat64
    credit: nat64
    held: nat64


# What was sent back.
class Withdrawal(Record):
    cycles: nat64


class WithdrawResult(Variant, total=False):
    Withdrawn: Withdrawal
    Refused: Refusal
