"""Providers, writers and controllers: kybra-simple-db entities, read through a heap copy."""

from typing import Any

from kybra_simple_db import Database, Entity, Integer, String
from kybra_simple_logging import disable_logging

from infer_core.provider_rules import OPENAI_CHAT, Provider, features_of_old
from infer_maps import registry_map


class ProviderEntity(Entity):
    """A provider as it is stored; its fields are those of `Provider`."""

    __alias__ = "name"
    name = String()
    url = String()
    model = String()
    remote_model = String()
    mode = String()
    api_key = String()
    max_new_tokens = Integer()
    shard_ids = String()
    form = String()
    template = String()
    features = String()


class WriterEntity(Entity):
    """A principal that may ask for inferences."""

    __alias__ = "principal"
    principal = String()


class ControllerEntity(Entity):
    """A principal that may configure the canister."""

    __alias__ = "principal"
    principal = String()


known_providers: dict[str, Provider] = {}
listed_writers: dict[str, WriterEntity] = {}
listed_controllers: dict[str, ControllerEntity] = {}
_stored: dict[str, ProviderEntity] = {}


def open_registry() -> None:
    """Open the stable registry and load the heap copy; once per install or upgrade."""
    disable_logging()
    Database.init(audit_enabled=False, db_storage=registry_map)
    for provider in ProviderEntity.instances():
        _keep(provider)
    for writer in WriterEntity.instances():
        listed_writers[str(writer.principal)] = writer
    for controller in ControllerEntity.instances():
        listed_controllers[str(controller.principal)] = controller


def store_provider(provider: Provider) -> None:
    """Add a provider, or replace the one of its name, in one save."""
    fields = provider._asdict()
    fields["shard_ids"] = " ".join(provider.shard_ids)
    fields["features"] = " ".join(provider.features)
    fields["_type"] = ProviderEntity.__name__
    _keep(ProviderEntity.deserialize(fields))


def drop_provider(name: str) -> None:
    """Forget a provider and its key; its usage stays counted."""
    _stored.pop(name).delete()
    del known_providers[name]


def enlist_writer(principal: str) -> None:
    """List a writer, once."""
    if principal not in listed_writers:
        listed_writers[principal] = WriterEntity(principal=principal)


def forget_writer(principal: str) -> None:
    """Take a writer from the list, if it is there."""
    if principal in listed_writers:
        listed_writers.pop(principal).delete()


def enlist_controller(principal: str) -> None:
    """List a controller, once."""
    if principal not in listed_controllers:
        listed_controllers[principal] = ControllerEntity(principal=principal)


def forget_controller(principal: str) -> None:
    """Take a controller from the list."""
    listed_controllers.pop(principal).delete()


def _keep(entity: ProviderEntity) -> None:
    fields: Any = entity
    _stored[fields.name] = entity
    known_providers[fields.name] = Provider(
        fields.name,
        fields.url,
        fields.model,
        fields.remote_model,
        fields.mode,
        fields.api_key,
        fields.max_new_tokens,
        tuple(fields.shard_ids.split(" ")),
        *_form_of(fields),
    )


def _form_of(fields: Any) -> tuple[str, str, tuple[str, ...]]:
    if not fields.form:
        return OPENAI_CHAT, "", features_of_old(fields.url)
    return fields.form, fields.template, tuple(fields.features.split())
