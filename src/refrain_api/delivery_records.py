"""Where a ticket's end is pushed to, and how far that is."""

from kybra import Record, Variant, nat32, nat64, text

from refrain_api.refusal_variants import Refusal


# A function that answers are pushed to: (nat64, text, text) of ticket, end, and answer or reason.
class Callback(Record):
    canister: text
    method: text


# A ticket's push. state: "pending", "delivering", "delivered" or "given_up".
# next_ns: when it is sent, or sent again; 0 if it is not.
class Delivery(Record):
    ticket: nat64
    state: text
    tries: nat32
    next_ns: nat64


class DeliveryResult(Variant, total=False):
    Delivery: Delivery
    Refused: Refusal
