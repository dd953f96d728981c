"""`refrain quant`: what a model takes in each quantization, and where it fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from refrain.cli.options import json_option
from refrain.cli.screen import patience, show, show_json
from refrain.quantization.choosing import QUALITY, WISHES, choose
from refrain.quantization.formats import FORMATS, Format
from refrain.quantization.model_file import ModelFile, read_model
from refrain.quantization.sizes import GIB, size_in

_SUFFIXES = {"K": 10**3, "M": 10**6, "B": 10**9}
_MOST_PARAMETERS = 10**13
_GB = 10**9


def _as_parameters(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    scale = _SUFFIXES.get(text[-1:].upper(), 1)
    try:
        number = float(text[:-1] if scale > 1 else text.replace("_", "").replace(",", ""))
    except ValueError:
        number = 0.0
    if not 1 <= number * scale <= _MOST_PARAMETERS:
        raise click.BadParameter("give a number such as 7615616512, 7.6B or 135M.", context, option)
    return round(number * scale)


@click.command("quant")
@click.option(
    "--params", "parameters", callback=_as_parameters, metavar="N", help="The model's parameters."
)
@click.option(
    "--gguf",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A GGUF file: take its parameters, and show its real bits per weight.",
)
@click.option("--memory-gib", type=click.FloatRange(min=0), metavar="X", help="Choose for so much.")
@click.option(
    "--most-perplexity",
    type=click.FloatRange(min=0),
    metavar="PERMILLE",
    help="Choose one whose perplexity grows no more than this against F16.",
)
@click.option("--wish", type=click.Choice(WISHES), default=QUALITY, show_default=True)
@json_option
def quant_command(  # noqa: PLR0913, PLR0917 - the options of one command
    parameters: int | None,
    file: Path | None,
    memory_gib: float | None,
    most_perplexity: float | None,
    wish: str,
    as_json: bool,  # noqa: FBT001 - click's way
) -> None:
    """List quantization formats with bits per weight, size, quality and speed, and where they fit.

    With --memory-gib, the best one is chosen: the least loss, or by --wish the fastest.
    """
    model = _model(file)
    if parameters is None and model is None:
        raise click.UsageError("give --params N, or --gguf FILE.")
    count = parameters or (model.parameters if model else 0)
    chosen = None
    if memory_gib is not None:
        limit = int(memory_gib * GIB)
        chosen = choose(count, limit, most_perplexity_permille=most_perplexity, wish=wish)
    if as_json:
        _tell_program(count, model, chosen, asked=memory_gib is not None)
        return
    for line in _lines(count, model):
        show(line)
    if memory_gib is not None:
        show(_choice_line(chosen, memory_gib))


def _model(file: Path | None) -> ModelFile | None:
    if file is None:
        return None
    with patience("reading the file"):
        return read_model(file)


def _tell_program(
    parameters: int, model: ModelFile | None, chosen: Format | None, *, asked: bool
) -> None:
    """A plain list, unless there is more to tell than the list."""
    rows = [_row(one, parameters) for one in FORMATS]
    if model is None and not asked:
        show_json(rows)
        return
    told = None if model is None else model._asdict()
    show_json({"formats": rows, "model": told, "chosen": chosen and chosen.name})


def _row(one: Format, parameters: int) -> dict[str, Any]:
    grown = one.perplexity_permille
    return {
        **size_in(one, parameters)._asdict(),
        "perplexity_permille": None if grown is None else round(grown, 2),
        "divergence": one.divergence,
        "same_top_permille": one.same_top_permille,
        "text_speed": one.text_speed and round(one.text_speed, 2),
        "prompt_speed": one.prompt_speed and round(one.prompt_speed, 2),
    }


def _lines(parameters: int, model: ModelFile | None) -> list[str]:
    lines = [f"{parameters:,} parameters"]
    if model is not None:
        lines.append(_model_line(model))
    lines.append("")
    lines.append("format   bits/weight       GB  smaller  perplexity  text  prompt  fits")
    lines += [_line(one, parameters) for one in FORMATS]
    lines.append("")
    lines.append(
        "perplexity (Llama 3 8B, Wikitext-2) and speeds (8B, one machine) are against F16's;"
    )
    lines.append("fits: S stable memory, H a heap of 4 GiB, M the 2 GiB of one message")
    return lines


def _line(one: Format, parameters: int) -> str:
    row = _row(one, parameters)
    marks = {"stable_memory": "S", "canister_heap": "H", "one_message": "M"}
    fits = "".join(mark if row["fits"][place] else "-" for place, mark in marks.items())
    size = f"{row['bytes'] / _GB:8.2f} {row['smaller_than_f16_percent']:6.1f} %"
    speeds = f"{row['text_speed']:.2f}    {row['prompt_speed']:.2f}"
    grown = f"+{row['perplexity_permille'] / 10:5.2f} %"
    return f"{one.name:8} {one.bits_per_weight:11.4f} {size}    {grown}  {speeds}  {fits}"


def _model_line(model: ModelFile) -> str:
    mix = ", ".join(f"{kind} {100 * share:.1f} %" for kind, share in model.shares.items())
    size = f"{model.bytes:,} bytes, {model.tensors} tensors"
    return f"{model.architecture}: {size}, {model.bits_per_weight:.3f} bits per weight ({mix})"


def _choice_line(chosen: Format | None, memory_gib: float) -> str:
    if chosen is None:
        return f"none of these fits {memory_gib:g} GiB at that quality"
    return f"for {memory_gib:g} GiB: {chosen.name}"
