"""Records of what eviction policies would have done for a namespace of the cache."""

from kybra import Record, Vec, nat32, nat64, text


# What a policy would have spared, in millionths: of the accesses, and of what they had cost.
class WouldBeRatio(Record):
    policy: text
    hit_ppm: nat32
    saved_ppm: nat32


# What shadow caches saw of a namespace since the last upgrade or change of its bounds.
# samples: accesses of the sample, halved now and then, of the sampled_ppm millionths of all keys;
# recommended: a policy's name, the present one's where no gain is clear, or "too few requests yet"
# below samples_needed; recommended_by_cost: the same by cost spared instead of hits.
class PolicyReport(Record):
    namespace: text
    policy: text
    samples: nat64
    samples_needed: nat32
    sampled_ppm: nat32
    would_be: Vec[WouldBeRatio]
    recommended: text
    recommended_by_cost: text
