"""From the settings that a caller wants to those that a canister gets, or to a refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from kybra_replica.kernel.settings import Audience, Settings, Visibility
from kybra_replica.management.refusals import refusal, too_many_elements

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CONTROLLERS = 10
MAX_VIEWERS = 10
MAX_VARIABLES = 20
MAX_VARIABLE_BYTES = 128
LOG_MEMORY_BYTES = (4_096, 2_097_152)
_MAX_COMPUTE_ALLOCATION = 100
_LIMITS = {
    "memory_allocation": ("MemoryAllocation expected to be in the range", 64),
    "freezing_threshold": ("Freezing threshold expected to be in the range of", 64),
    "reserved_cycles_limit": ("Reserved cycles limit expected to be in the range of", 128),
    "minimum_incoming_canister_call_cycles": (
        "Minimum incoming canister call cycles expected to be in the range of",
        128,
    ),
    "log_memory_limit": ("Log memory limit expected to be in the range of", 64),
    "wasm_memory_limit": ("Wasm memory limit expected to be in the range of", 64),
    "wasm_memory_threshold": ("Wasm memory threshold expected to be in the range of", 64),
}
"""Each number's bits, and the beginning of what the platform says where it has more."""
_MAX_WASM_MEMORY_LIMIT = 1 << 48
_LONGEST_SHOWN_BITS = 1_024
_VISIBILITIES = ("log_visibility", "snapshot_visibility", "status_visibility")


def wanted_controllers(wanted: dict[str, Any] | None) -> tuple[str, ...] | None:
    """The controllers that the caller wants, each once, in the order of their bytes."""
    if wanted is None or wanted["controllers"] is None:
        return None
    return _principals(wanted["controllers"], MAX_CONTROLLERS)


def applied(settings: Settings, wanted: dict[str, Any] | None, used_bytes: int) -> Settings:
    """The settings with what is wanted put in; Rejected for what no canister may have.

    `used_bytes` is the memory that the canister needs now.
    """
    given = {name: value for name, value in (wanted or {}).items() if value is not None}
    given.pop("controllers", None)
    for name in _VISIBILITIES:
        if name in given:
            given[name] = _visibility(given[name])
    _check_numbers(given, used_bytes)
    if "environment_variables" in given:
        given["environment_variables"] = _variables(given["environment_variables"])
    return replace(settings, **given)


def _check_numbers(given: dict[str, Any], used_bytes: int) -> None:
    compute = given.get("compute_allocation", 0)
    if compute > _MAX_COMPUTE_ALLOCATION:
        _out_of_range("ComputeAllocation expected to be in the range", "100", compute)
    for name, (text, bits) in _LIMITS.items():
        if given.get(name, 0) >> bits:
            _out_of_range(text, f"2^{bits}-1", given[name])
    if given.get("wasm_memory_limit", 0) > _MAX_WASM_MEMORY_LIMIT:
        text, bits = _LIMITS["wasm_memory_limit"]
        _out_of_range(text, f"2^{bits}-1", given["wasm_memory_limit"])
    _check_memory(given.get("memory_allocation", 0), used_bytes)
    _check_log_memory(given.get("log_memory_limit", LOG_MEMORY_BYTES[0]))


def _out_of_range(text: str, most: str, value: int) -> None:
    # Python refuses to write out a number of thousands of digits; a caller may send one.
    shown = str(value) if value.bit_length() <= _LONGEST_SHOWN_BITS else "far more"
    raise refusal(504, f"{text} [0..{most}], got {shown}")


def _check_memory(allocation: int, used_bytes: int) -> None:
    if 0 < allocation < used_bytes:
        raise refusal(
            402,
            f"Canister was given {allocation} memory allocation but at least {used_bytes} of "
            "memory is needed.",
            "Try increasing the canister's memory allocation.",
            "not-enough-memory-allocation-given",
        )


def _check_log_memory(limit: int) -> None:
    least, most = LOG_MEMORY_BYTES
    text = f"The canister log memory limit {limit} is too"
    if limit < least:
        raise refusal(406, f"{text} low. It must be at least {least}.")
    if limit > most:
        raise refusal(406, f"{text} high. It must be at most {most}.")


def _visibility(value: dict[str, Any]) -> Visibility:
    audience, viewers = next(iter(value.items()))
    return Visibility(cast("Audience", audience), _principals(viewers or (), MAX_VIEWERS))


def _principals(values: Iterable[Any], limit: int) -> tuple[str, ...]:
    listed = list(values)
    if len(listed) > limit:
        raise too_many_elements(limit)
    unique = {bytes(each.bytes): str(each.to_str()) for each in listed}
    return tuple(unique[raw] for raw in sorted(unique))


def _variables(values: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    variables = {each["name"]: each["value"] for each in values}
    if len(variables) < len(values):
        raise refusal(408, "Duplicate environment variables are not allowed")
    if len(variables) > MAX_VARIABLES:
        text = f"Too many environment variables: {len(variables)} (max: {MAX_VARIABLES})"
        raise refusal(408, text)
    for name, value in variables.items():
        _check_variable("name", name)
        _check_variable("value", value)
    return tuple(sorted(variables.items()))


def _check_variable(what: str, text: str) -> None:
    if len(text.encode()) > MAX_VARIABLE_BYTES:
        raise refusal(
            408,
            f'Environment variable {what} "{text}" exceeds the maximum allowed length of '
            f"{MAX_VARIABLE_BYTES}.",
        )
