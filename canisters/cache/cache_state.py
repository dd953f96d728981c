"""The one cache of this canister, over its stable maps."""

from cache_core.answer_cache import AnswerCache
from cache_core.stable_maps import StableMaps
from cache_maps import BANKS, meta_rows_map, purge_rows_map, tenant_rows_map
from certified_data import certify

cache = AnswerCache(StableMaps(BANKS, meta_rows_map, tenant_rows_map, purge_rows_map), certify)
