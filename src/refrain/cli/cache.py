"""`refrain cache`: what the cache holds and why, and the ways to move or remove it."""

from __future__ import annotations

import click

from refrain.cli.cache_explain import explain_command
from refrain.cli.cache_get import get_command
from refrain.cli.cache_list import list_command
from refrain.cli.cache_purge import purge_command
from refrain.cli.cache_shards import add_command, remove_command, shards_command
from refrain.cli.cache_stats import stats_command
from refrain.cli.cache_transfer import export_command, import_command


@click.group("cache")
def cache_group() -> None:
    """Look into the cache, remove answers, move them, and share them among several caches."""


for command in (
    *(stats_command, list_command, explain_command, get_command, purge_command),
    *(export_command, import_command, shards_command, add_command, remove_command),
):
    cache_group.add_command(command)
