"""`refrain quant`: sizes that real files have, places they fit into, and the choice of a format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from gguf import GGMLQuantizationType, GGUFWriter
from hypothesis import given
from hypothesis import strategies as st

from refrain.cli.entry import cli
from refrain.quantization.choosing import PROMPT_SPEED, QUALITY, TEXT_SPEED, WISHES, choose
from refrain.quantization.formats import FORMATS, format_named
from refrain.quantization.sizes import GIB, file_bytes, size_in

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

DEEPSEEK_7B = 7_615_616_512
DEEPSEEK_1_5B = 1_777_088_000


def quant(*options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli, ["quant", *options])


def rows(*options: str) -> Any:
    """What the command tells a program."""
    result = quant(*options, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_names_every_format_with_its_size() -> None:
    """Name, bits per weight and bytes, and where each fits."""
    listed = rows("--params", str(DEEPSEEK_7B))
    assert [row["name"] for row in listed] == [one.name for one in FORMATS]
    for row in listed:
        assert row["bytes"] == file_bytes(DEEPSEEK_7B, row["bits_per_weight"])
        assert row["fits"]["stable_memory"] is True


@pytest.mark.parametrize(
    ("name", "gigabytes", "smaller"),
    [("F16", 15.23, 0.0), ("Q8_0", 8.09, 46.9), ("Q5_K_M", 5.44, 64.3), ("Q4_K_M", 4.68, 69.3)],
)
def test_sizes_are_those_of_real_files(name: str, gigabytes: float, smaller: float) -> None:
    """Within half a percent of the files of DeepSeek-R1-Distill-Qwen-7B."""
    one = format_named(name.lower())
    assert one is not None
    size = size_in(one, DEEPSEEK_7B)
    assert size.bytes / 1e9 == pytest.approx(gigabytes, rel=0.005)
    assert size.smaller_than_f16_percent == pytest.approx(smaller, abs=0.2)


def test_a_7b_model_in_four_bits_fits_no_canister_and_a_small_one_does() -> None:
    """Its file passes neither a heap of 4 GiB nor a message; 1.5 B parameters pass both."""
    four_bits = format_named("Q4_K_M")
    assert four_bits is not None
    assert size_in(four_bits, DEEPSEEK_7B).fits == {
        "stable_memory": True,
        "canister_heap": False,
        "default_heap": False,
        "one_message": False,
    }
    assert all(size_in(four_bits, DEEPSEEK_1_5B).fits.values())


def test_losses_grow_as_bits_shrink_within_a_family() -> None:
    """Perplexity and divergence of the k-quants from Q8_0 down."""
    family = [one for one in FORMATS if not one.name.startswith("IQ")]
    for metric in ("perplexity_permille", "divergence"):
        figures = [getattr(one, metric) for one in family]
        assert figures == sorted(figures)


@given(
    st.integers(10**6, 10**11),
    st.integers(0, 200 * GIB),
    st.none() | st.floats(0, 600),
    st.sampled_from(WISHES),
)
def test_the_choice_is_the_best_of_what_fits(
    parameters: int, memory: int, most: float | None, wish: str
) -> None:
    """Against looking at every format: none that fits and is good enough is better."""
    fitting = [
        one
        for one in FORMATS
        if file_bytes(parameters, one.bits_per_weight) <= memory
        and (most is None or (one.perplexity_permille or 0.0) <= most)
    ]
    chosen = choose(parameters, memory, most_perplexity_permille=most, wish=wish)
    assert (chosen is None) == (not fitting)
    if chosen is not None:
        assert chosen in fitting
        merits = {QUALITY: "divergence", TEXT_SPEED: "text_rate", PROMPT_SPEED: "prompt_rate"}
        figures = [getattr(one, merits[wish]) for one in fitting]
        best = min(figures) if wish == QUALITY else max(figures)
        assert getattr(chosen, merits[wish]) == best


def test_the_choice_is_told() -> None:
    """To programs and to people, and that there is none."""
    assert rows("--params", "7.6B", "--memory-gib", "5")["chosen"] == "Q5_K_S"
    assert rows("--params", "7.6B", "--memory-gib", "1")["chosen"] is None
    assert "for 5 GiB: Q5_K_S" in quant("--params", "7.6B", "--memory-gib", "5").stdout
    assert "none of these fits" in quant("--params", "7.6B", "--memory-gib", "1").stdout


@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "1e40", ""])
def test_what_is_no_number_of_parameters_is_refused(text: str) -> None:
    """A usage error that says what to give."""
    result = quant("--params", text)
    assert result.exit_code == 2
    assert "7.6B" in result.stderr


def test_nothing_to_go_by_is_a_usage_error() -> None:
    """Parameters or a file are needed."""
    assert quant().exit_code == 2


def test_a_files_real_bits_per_weight_are_shown(tmp_path: Path) -> None:
    """Eight bits and a half for Q8_0, sixteen for F16, weighed by their parameters."""
    import numpy as np  # noqa: PLC0415 - comes with gguf

    path = tmp_path / "tiny.gguf"
    writer = GGUFWriter(path, "toy")
    blocks = np.zeros((4, 34), dtype=np.uint8)
    writer.add_tensor("a", blocks, raw_dtype=GGMLQuantizationType.Q8_0)
    writer.add_tensor("b", np.zeros((2, 32), dtype=np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    model = rows("--gguf", str(path))["model"]
    assert model["parameters"] == 4 * 32 + 64
    assert model["bits_per_weight"] == pytest.approx(8 * (4 * 34 + 128) / 192)
    assert model["shares"] == {"Q8_0": pytest.approx(2 / 3), "F16": pytest.approx(1 / 3)}
    assert model["architecture"] == "toy"


@pytest.mark.model
def test_the_demo_models_file_is_read() -> None:
    """SmolLM2's Q4_1 file: 5.74 bits per weight, four fifths of it Q4_1."""
    from refrain.local_model.weights import find_weights  # noqa: PLC0415 - with the extra `model`

    model = rows("--gguf", str(find_weights()))["model"]
    assert model["bits_per_weight"] == pytest.approx(5.74, abs=0.01)
    assert model["shares"]["Q4_1"] == pytest.approx(0.789, abs=0.001)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Text, and nothing at all."""
    for content in (b"not a model", b"", b"GGUF" + bytes(20)):
        path = tmp_path / "file"
        path.write_bytes(content)
        result = quant("--gguf", str(path))
        assert result.exit_code == 1, content
        assert "no GGUF file" in result.stderr or "holds no tensors" in result.stderr
