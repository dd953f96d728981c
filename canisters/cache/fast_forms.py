"""The same lookups and puts in forms that cost least: a few plain texts in, one text out.

Records and variants cost a canister up to half a million instructions each; these take and give
texts (docs/decisions/015). A reply begins with "hit" or "miss", a bar, and the stored record
as `cache_core.answer_texts` describes it, or the reason. The typed endpoints say the same.
"""

from kybra import Vec, ic, query, text, update

import cache_access
from cache_core import fast_fetches, fast_lookups, fast_puts
from cache_state import cache
from refrain_api.ask_records import ChatMessage
from refrain_core.fetched_texts import fetched_text
from refrain_core.limits import PUBLIC


@query
def hit_by_digest(digest: text) -> text:
    """Return "hit|" and the record of a digest that is fresh and the caller's, or "miss|why"."""
    return fast_lookups.hit_text(cache, digest, cache_access.caller_sees, ic.time())


@query
def hit(namespace: text, model: text, messages: Vec[ChatMessage], parameters: text) -> text:
    """Look up what a request is made of, as `hit_by_digest`.

    parameters: the canonical text of all that comes behind the messages, which client libraries
    write by `refrain_core.canonical.parameters_text`; what is written otherwise was never stored.
    """
    digest = fast_lookups.digest_of_parts(namespace, model, messages, parameters)
    if namespace == PUBLIC:
        return fast_lookups.hit_text(cache, digest, _public_alone, ic.time())
    return fast_lookups.hit_text(cache, digest, cache_access.caller_sees, ic.time())


@update
def fetch_text(tenant: text, digest: text, cache_control: text) -> text:
    """Do what `fetch` does, and tell it as `refrain_core.fetched_texts`."""
    refusal = cache_access.non_writers_refusal()
    if refusal is not None:
        return fetched_text({"Refused": refusal})

    def sees(namespace: str) -> bool:
        return cache_access.tenant_sees(tenant, namespace)

    return fast_fetches.fetch_text(cache, tenant, digest, sees, ic.time(), cache_control)


@update
def keep(header: text, content: text) -> text:
    """Store an answer on a writer's behalf: "stored|key|evicted", or "refused|why".

    header: a record's line of fields, whose sequence, times and pieces are set here; its
    expires_at_ns and keep_until_ns are taken as seconds to live; both empty are the default.
    """
    if cache_access.non_writers_refusal() is not None:
        return "refused|NotAllowed"
    return fast_puts.keep_text(cache, header, content, ic.time())


def _public_alone(namespace: str) -> bool:
    return namespace == PUBLIC
