"""Why a request is a hit or none, and what another policy would have hit."""

from typing import cast

from kybra import ic, query, text

import cache_access
from cache_core import explaining
from cache_core.lookup_requests import asked
from cache_core.lookup_results import refused
from cache_core.namespace_shadows import unseen_report
from cache_state import cache
from refrain_api.ask_records import AskRequest
from refrain_api.cache_records import ExplainResult
from refrain_api.policy_records import PolicyReport


@query
def explain(request: AskRequest) -> ExplainResult:
    """Say whether a request is a hit for its caller, or why not."""
    caller = cache_access.caller_text()
    found = asked(request, caller, cache_access.is_member)
    if isinstance(found, dict):
        return cast("ExplainResult", refused(found))

    def sees(namespace: str) -> bool:
        return cache_access.sees(caller, namespace)

    return cast("ExplainResult", explaining.explain(cache, request, found, sees, ic.time()))


@query
def policy_report(namespace: text) -> PolicyReport:
    """Tell each policy's would-be hit ratio; as of no requests to whom it is not to see."""
    report = (
        cache.shadows.report(namespace)
        if cache_access.caller_sees(namespace)
        else unseen_report(namespace)
    )
    return cast("PolicyReport", report)
