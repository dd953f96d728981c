"""`refrain key`: under which key an answer is found, without asking anybody."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

import click

from kybra_replica.kernel.principals import InvalidPrincipalError, bytes_of
from refrain.cli.screen import show
from refrain.client.openai_messages import bad
from refrain.client.openai_request import ModelDefaults, read_openai
from refrain.client.request_key import RequestKey, request_key
from refrain.failures import Refused
from refrain_core.limits import PUBLIC
from refrain_core.namespaces import is_shared_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER_WIDTH = 6
_KEY_WIDTH = 18


def _as_namespace(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value in (None, PUBLIC) or (value is not None and is_shared_name(value)):
        return value
    raise click.BadParameter("give public or shared:NAME, or --tenant", context, option)


def _as_principal(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    try:
        if value is not None:
            bytes_of(value)
    except InvalidPrincipalError:
        raise click.BadParameter("not a principal's text", context, option) from None
    return value


@click.command("key")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--namespace",
    callback=_as_namespace,
    metavar="NAME",
    help="public (the default) or shared:NAME.",
)
@click.option(
    "--tenant",
    callback=_as_principal,
    metavar="PRINCIPAL",
    help="Within this caller's own namespace.",
)
@click.option("--model", metavar="MODEL", help="The model of requests that name none.")
@click.option(
    "--revision",
    default=ModelDefaults().revision,
    show_default=True,
    help="The revision of a model named without one.",
)
@click.option(
    "--quantization",
    default=ModelDefaults().quantization,
    show_default=True,
    help="The quantization of a model named without one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def key_command(  # noqa: PLR0913 - the options of one command
    context: click.Context,
    *,
    file: IO[bytes],
    namespace: str | None,
    tenant: str | None,
    model: str | None,
    revision: str,
    quantization: str,
    as_json: bool,
) -> None:
    """Print the key of each request of FILE ("-" is standard input).

    FILE holds one request a line, in the form of OpenAI's chat completions. A line that is none is
    told by its number, and the command then ends with 1.
    """
    if namespace is not None and tenant is not None:
        raise click.UsageError("Give --namespace or --tenant, not both.")
    defaults = ModelDefaults(model, revision, quantization)
    refusals = 0
    for number, found in _keys(file, defaults, namespace or tenant or PUBLIC):
        refusals += isinstance(found, Refused)
        show(_json_line(number, found) if as_json else _row(number, found))
    context.exit(1 if refusals else 0)


def _keys(
    file: IO[bytes], defaults: ModelDefaults, namespace: str
) -> Iterator[tuple[int, RequestKey | Refused]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield number, request_key(read_openai(_text(line), defaults), namespace)
            except Refused as error:
                yield number, error


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise bad("the line is not valid UTF-8") from None


def _json_line(number: int, found: RequestKey | Refused) -> str:
    value: dict[str, Any] = (
        {"line": number, "error": found.refusal} if isinstance(found, Refused) else found._asdict()
    )
    return json.dumps(value, ensure_ascii=False)


def _row(number: int, found: RequestKey | Refused) -> str:
    if isinstance(found, Refused):
        return f"{number:>{_NUMBER_WIDTH}}  {found}"
    return f"{number:>{_NUMBER_WIDTH}}  {found.key:<{_KEY_WIDTH}}{found.digest}"
