"""The one cache of this canister, over its stable maps."""

from cache_core.response_cache import ResponseCache
from cache_maps import BANKS, meta_rows_map

cache = ResponseCache(BANKS, meta_rows_map)
