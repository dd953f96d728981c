"""What controllers change, and what others see of it."""

from typing import Any, cast

from infer_core.provider_rules import MAX_PROVIDERS, Provider, check_settings, provider_from
from infer_core.shard_choice import count_held, lease_keys
from infer_core.usage import Usage
from infer_registry import (
    drop_provider,
    enlist_controller,
    enlist_writer,
    forget_controller,
    forget_writer,
    known_providers,
    listed_controllers,
    store_provider,
)
from lease_table import lease_table
from refrain_api.infer_records import ProviderView
from refrain_api.refusal_variants import Done
from refrain_core.access import (
    refuse_controller_removal,
    refuse_grant,
    refuse_unless_controller,
)
from refrain_core.refusals import bad_request
from usage_table import usages


def write_provider(caller: str, settings: Any) -> Done:
    """Add or replace a provider; without a key in the settings the stored one stays."""
    refusal = (
        refuse_unless_controller(caller, listed_controllers)
        or check_settings(settings)
        or _refuse_one_more(settings["name"])
    )
    if refusal is not None:
        return refused(refusal)
    before = known_providers.get(settings["name"])
    store_provider(provider_from(settings, before.api_key if before else ""))
    return {"Ok": settings["name"]}


def erase_provider(caller: str, name: str) -> Done:
    """Forget a provider and its key; calls under way end as they would."""
    refusal = refuse_unless_controller(caller, listed_controllers)
    if refusal is None and name not in known_providers:
        refusal = bad_request("no provider of this name: providers() lists them")
    if refusal is not None:
        return refused(refusal)
    drop_provider(name)
    return {"Ok": name}


def grant_writer(caller: str, principal: str) -> Done:
    """List a writer."""
    refusal = refuse_unless_controller(caller, listed_controllers) or refuse_grant(principal)
    if refusal is not None:
        return refused(refusal)
    enlist_writer(principal)
    return {"Ok": principal}


def revoke_writer(caller: str, principal: str) -> Done:
    """Take a writer from the list; one who is not on it is no fault."""
    refusal = refuse_unless_controller(caller, listed_controllers)
    if refusal is not None:
        return refused(refusal)
    forget_writer(principal)
    return {"Ok": principal}


def grant_controller(caller: str, principal: str) -> Done:
    """List a controller."""
    refusal = refuse_unless_controller(caller, listed_controllers) or refuse_grant(principal)
    if refusal is not None:
        return refused(refusal)
    enlist_controller(principal)
    return {"Ok": principal}


def revoke_controller(caller: str, principal: str) -> Done:
    """Take a controller from the list, never the last."""
    refusal = refuse_unless_controller(caller, listed_controllers)
    refusal = refusal or refuse_controller_removal(principal, listed_controllers)
    if refusal is not None:
        return refused(refusal)
    forget_controller(principal)
    return {"Ok": principal}


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
        "calls": usage.calls,
        "failures": usage.failures,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "shards_leased": count_held(lease_table.leases, lease_keys(provider), now_ns),
    }


def _refuse_one_more(name: str) -> dict[str, Any] | None:
    if name in known_providers or len(known_providers) < MAX_PROVIDERS:
        return None
    return bad_request(f"{MAX_PROVIDERS} providers are the most: remove one first")
