"""Results that only the cache's own interface knows."""

from kybra import Variant, Vec, text

from refrain_api.refusal_variants import Refusal


# The members of a shared namespace, for controllers.
class MembersResult(Variant, total=False):
    Members: Vec[text]
    Refused: Refusal


# The writers, for controllers.
class WritersResult(Variant, total=False):
    Writers: Vec[text]
    Refused: Refusal
