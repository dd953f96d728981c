"""`refrain status`: what runs, and what it has done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from refrain.cli.network_options import Elsewhere, network_options
from refrain.cli.options import json_option, state_option
from refrain.cli.screen import show, show_json
from refrain.client.connection import connect
from refrain.client.report import report

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder


@click.command("status")
@state_option
@network_options
@json_option
def status_command(folder: StateFolder, elsewhere: Elsewhere, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the canisters, their counts and cycles, and the traffic so far."""
    remote = elsewhere.connect()
    facts = report(connect(folder)) if remote is None else remote.report()
    if as_json:
        show_json(facts)
        return
    for line in status_lines(facts):
        show(line)


def status_lines(facts: dict[str, Any]) -> list[str]:
    """The report for a person."""
    note = f" ({facts['model_note']})" if facts["model_note"] else ""
    lines = [f"url      {facts['ic_url'] or facts['url']}", f"model    {facts['model']}{note}"]
    for name, canister in facts["canisters"].items():
        lines.append(f"{name:8} {canister}  {_state(facts, name)}")
        lines.extend(_counts(facts["counts"].get(name, {})))
    return [*lines, "traffic", *_counts(facts["traffic"])] if facts["traffic"] else lines


def _state(facts: dict[str, Any], name: str) -> str:
    if facts["status"][name] is None:
        return "(its controllers alone see state and cycles)"
    return f"{facts['status'][name]}  {facts['cycles'][name]:,} cycles"


def _counts(counts: dict[str, Any]) -> list[str]:
    told = [f"{name.replace('_', ' ')} {value:,}" for name, value in counts.items() if value]
    return [f"         {', '.join(told)}"] if told else []
