"""A GGUF file's real bits per weight, read by the `gguf` package from its tensors."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from refrain.failures import MissingPart, RefrainError

if TYPE_CHECKING:
    from pathlib import Path


class UnreadableModel(RefrainError):  # noqa: N818 - named for what it says, as its siblings
    """The file is no GGUF file, or a damaged one."""


class ModelFile(NamedTuple):
    """What a GGUF file holds. `shares` is each tensor type's share of the parameters, 0 to 1."""

    architecture: str
    parameters: int
    tensors: int
    bytes: int
    bits_per_weight: float
    shares: dict[str, float]


def read_model(path: Path) -> ModelFile:
    """Read a GGUF file; its tensors' bytes count, not its header's.

    Raises:
        MissingPart: the package `gguf` is not installed.
        UnreadableModel: the file cannot be read as GGUF.
    """
    try:
        from gguf import GGUFReader  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise MissingPart(
            "Reading GGUF files needs a package: pip install 'refrain[gguf]'"
        ) from None
    try:
        reader = GGUFReader(path)
    except (ValueError, KeyError, IndexError, OverflowError, UnicodeDecodeError) as error:
        raise UnreadableModel(f"{path} is no GGUF file that can be read: {error}") from None
    return _measured(path, reader)


def _measured(path: Path, reader: Any) -> ModelFile:
    parameters: Counter[str] = Counter()
    tensor_bytes = 0
    for tensor in reader.tensors:
        parameters[tensor.tensor_type.name] += int(tensor.n_elements)
        tensor_bytes += int(tensor.n_bytes)
    total = sum(parameters.values())
    if not total:
        raise UnreadableModel(f"{path} holds no tensors.")
    shares = {kind: count / total for kind, count in parameters.most_common()}
    bits = 8 * tensor_bytes / total
    size = path.stat().st_size
    return ModelFile(_architecture(reader), total, len(reader.tensors), size, bits, shares)


def _architecture(reader: Any) -> str:
    field = reader.get_field("general.architecture")
    return "unknown" if field is None else str(field.contents())
