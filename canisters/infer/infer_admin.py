"""What controllers change, and what others see of it."""

from typing import Any, cast

from kybra import Vec, ic, nat32, query, text, update

from infer_access import is_from_controller, strangers_refusal
from infer_core.provider_health import HEALTHY
from infer_core.provider_rules import MAX_PROVIDERS, Provider, check_settings, provider_from
from infer_core.shard_choice import count_held, lease_keys
from infer_core.usage import Usage
from infer_events import note_configured
from infer_registry import (
    drop_provider,
    enlist_controller,
    enlist_writer,
    forget_controller,
    forget_writer,
    known_providers,
    listed_controllers,
    listed_writers,
    store_provider,
)
from infer_settings import stated
from lease_table import lease_table
from provider_healths import forget_health, healths, well_in_s
from refrain_api.infer_records import ProviderSettings, ProviderView
from refrain_api.refusal_variants import Done
from refrain_core.access import (
    refuse_controller_removal,
    refuse_grant,
)
from refrain_core.refusals import bad_request
from usage_table import usages

MOST_NODES = 100
"""More than any subnet has; a wrong number makes every quote wrong."""


@update
def set_provider(settings: ProviderSettings) -> Done:
    """Add or replace a provider (controllers); without api_key the stored key stays."""
    refusal = (
        strangers_refusal()
        or check_settings(cast("Any", settings))
        or _refuse_more(settings["name"])
    )
    if refusal is not None:
        return refused(refusal)
    before = known_providers.get(settings["name"])
    store_provider(provider_from(cast("Any", settings), before.api_key if before else ""))
    forget_health(settings["name"])
    note_configured("set_provider", settings["name"])
    return {"Ok": settings["name"]}


@update
def remove_provider(name: text) -> Done:
    """Forget a provider and its key (controllers); calls under way end as they would."""
    refusal = strangers_refusal()
    if refusal is None and name not in known_providers:
        refusal = bad_request("no provider of this name: providers() lists them")
    if refusal is not None:
        return refused(refusal)
    drop_provider(name)
    forget_health(name)
    note_configured("remove_provider", name)
    return {"Ok": name}


@query
def providers() -> Vec[ProviderView]:
    """List the providers: nobody sees a key, and only controllers see a URL."""
    return view_providers(str(ic.caller()), ic.time())


@update
def set_subnet_nodes(nodes: nat32) -> Done:
    """State how many nodes this canister's subnet has, for prices (controllers)."""
    refusal = strangers_refusal()
    if refusal is None and not 1 <= nodes <= MOST_NODES:
        refusal = bad_request(f"nodes: choose 1 to {MOST_NODES}")
    if refusal is not None:
        return refused(refusal)
    stated.state_nodes(nodes)
    note_configured("set_subnet_nodes")
    return {"Ok": f"{nodes} nodes"}


@update
def allow_writer(writer: text) -> Done:
    """Let a principal ask for inferences (controllers)."""
    refusal = strangers_refusal() or refuse_grant(writer)
    if refusal is not None:
        return refused(refusal)
    enlist_writer(writer)
    note_configured("allow_writer")
    return {"Ok": writer}


@update
def deny_writer(writer: text) -> Done:
    """Let a principal ask no more (controllers); one who is not on the list is no fault."""
    refusal = strangers_refusal()
    if refusal is not None:
        return refused(refusal)
    forget_writer(writer)
    note_configured("deny_writer")
    return {"Ok": writer}


@query
def writers() -> Vec[text]:
    """List the writers to controllers; a stranger sees an empty list."""
    return sorted(listed_writers) if is_from_controller() else []


@update
def add_controller(controller: text) -> Done:
    """Let another principal configure this canister (controllers)."""
    refusal = strangers_refusal() or refuse_grant(controller)
    if refusal is not None:
        return refused(refusal)
    enlist_controller(controller)
    note_configured("add_controller")
    return {"Ok": controller}


@update
def remove_controller(controller: text) -> Done:
    """Let a principal configure no more (controllers); the last one stays."""
    refusal = strangers_refusal() or refuse_controller_removal(controller, listed_controllers)
    if refusal is not None:
        return refused(refusal)
    forget_controller(controller)
    note_configured("remove_controller")
    return {"Ok": controller}


def view_providers(caller: str, now_ns: int) -> list[ProviderView]:
    """List the providers without their keys, and for strangers without their URLs."""
    shows_urls = caller in listed_controllers
    return [
        _view(provider, provider.url if shows_urls else "", now_ns)
        for _, provider in sorted(known_providers.items())
    ]


def refused(refusal: dict[str, Any]) -> Done:
    """Render a refusal."""
    return cast("Done", {"Refused": refusal})


def _view(provider: Provider, url: str, now_ns: int) -> ProviderView:
    usage = usages.get(provider.name, Usage())
    return {
        "name": provider.name,
        "url": url,
        "model": provider.model,
        "mode": provider.mode,
        "has_key": "yes" if provider.api_key else "no",
        "max_new_tokens": provider.max_new_tokens,
        "shard_ids": list(provider.shard_ids),
        "form": provider.form,
        "template": provider.template,
        "features": list(provider.features),
        "calls": usage.calls,
        "failures": usage.failures,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "shards_leased": count_held(lease_table.leases, lease_keys(provider), now_ns),
        "circuit": healths.get(provider.name, HEALTHY).state,
        "well_in_s": well_in_s(provider.name, now_ns),
    }


def _refuse_more(name: str) -> dict[str, Any] | None:
    if name in known_providers or len(known_providers) < MAX_PROVIDERS:
        return None
    return bad_request(f"{MAX_PROVIDERS} providers are the most: remove one first")
