"""`refrain cache list`: what is stored, an answer a line."""

from __future__ import annotations

import json
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from refrain.cli.namespace_option import namespace_option
from refrain.cli.options import state_option
from refrain.cli.screen import age, counted, on_terminal, patience, refusals_shown, show, sized
from refrain.client.cache_listing import listed_answers
from refrain.client.connection import connect

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from refrain.state.folder import StateFolder


class _Progress:
    """How much was read, for a person who sees none of it."""

    def __init__(self) -> None:
        self.rows = 0
        self.pages = 0

    def page_read(self) -> None:
        self.pages += 1

    def told(self) -> str:
        return f"listing: {counted(self.rows, 'answer')}, {counted(self.pages, 'page')} read"


@click.command("list")
@namespace_option("--namespace", "Of this namespace alone: a principal, public or shared:NAME.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="So many at most.")
@state_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_command(
    *, folder: StateFolder, as_json: bool, namespace: str | None, limit: int | None
) -> None:
    """List stored answers and remembered failures, in the order of their keys.

    The digest is what `refrain cache get` and `refrain cache purge key` take.
    """
    progress = _Progress()
    rows = listed_answers(connect(folder), namespace, limit, progress.page_read)
    now_s = time.time()
    with refusals_shown(as_json), _patience(progress):
        for row in rows:
            progress.rows += 1
            show(json.dumps(row, ensure_ascii=False) if as_json else list_line(row, now_s))
    if on_terminal() and not progress.rows:
        show("Nothing is stored.")


def list_line(row: dict[str, Any], now_s: float) -> str:
    """One row for a person: digest, age, life left, size, then what it is and whose."""
    left_s = row["expires_at_s"] - now_s
    life = f"{age(left_s)} left" if left_s > 0 else "expired"
    what = [row["model"] or row["kind"], row["trust"], row["namespace"]]
    if row["sample"]:
        what.append(f"sample {row['sample']}")
    if row["tags"]:
        what.append(f"tags {row['tags']}")
    if row["hidden"]:
        what.append(row["hidden"])
    told = " · ".join(word for word in what if word)
    stored = f"{age(now_s - row['stored_at_s'])} old"
    return f"{row['slot_digest']}  {stored:>9}  {life:>9}  {sized(row['bytes']):>9}  {told}"


def _patience(progress: _Progress) -> AbstractContextManager[None]:
    # Rows that scroll by are progress enough.
    is_hidden = on_terminal() and not sys.stdout.isatty()
    return patience(progress.told) if is_hidden else nullcontext()
