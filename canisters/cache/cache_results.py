"""Results that only the cache's own interface knows."""

from kybra import Variant, Vec, text

from refrain_api.refusal_variants import Refusal


# The writers, for controllers.
class WritersResult(Variant, total=False):
    Writers: Vec[text]
    Refused: Refusal
