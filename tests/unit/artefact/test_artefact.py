"""From a program to a wasm module and back."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kybra_replica.artefact import wasm_encoding
from kybra_replica.artefact.build import build, installed_packages
from kybra_replica.artefact.command import main
from kybra_replica.artefact.compression import packed, unpacked
from kybra_replica.artefact.read import read
from kybra_replica.artefact.section_names import PRIVATE, SOURCE
from kybra_replica.artefact.wasm_sections import metadata_sections
from kybra_replica.program.load import load_program

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program

ROOT = Path(__file__).parents[3]
JUDGE = """
const bytes = require("fs").readFileSync(process.argv[1]);
const module = new WebAssembly.Module(bytes);
let said = "";
const memory = () => instance.exports.memory.buffer;
const trap = (at, size) => {
  said = Buffer.from(memory(), at, size).toString();
  throw new Error("trapped");
};
const instance = new WebAssembly.Instance(module, { ic0: { trap } });
try { instance.exports.canister_init(); } catch (error) { said = `${error.message}: ${said}`; }
console.log(JSON.stringify({
  valid: WebAssembly.validate(bytes),
  exports: WebAssembly.Module.exports(module).map((each) => each.name),
  imports: WebAssembly.Module.imports(module).map((each) => `${each.module}.${each.name}`),
  source: WebAssembly.Module.customSections(module, "icp:private python:source").length,
  said,
}));
"""


def test_a_program_comes_back_whole(program: Program) -> None:
    """Plain or packed, and the next artefact has the same bytes."""
    module = build(program)
    assert read(module) == program
    assert read(packed(module)) == program
    assert build(read(module)) == module


def test_an_artefact_is_the_same_wherever_it_is_built(entry: Path, tmp_path: Path) -> None:
    """Another folder, the same bytes; packed ones too."""
    other = tmp_path / "elsewhere" / "greeter"
    shutil.copytree(entry.parent, other)
    one, two = (build(load_program(each, [])) for each in (entry, other / "main.py"))
    assert one == two
    assert packed(one) == packed(two)


def test_the_candid_is_public_and_the_source_private(program: Program) -> None:
    """The Candid is the program's own, or what the builder gives."""
    sections = metadata_sections(build(program))
    assert sections["candid:service"].is_public
    assert b"greet" in sections["candid:service"].content
    assert not sections["python:source"].is_public
    content = json.loads(sections["python:source"].content)
    assert (content["name"], content["entry"]) == ("greeter", "main")
    assert set(content["sources"]) == set(program.sources)
    given = metadata_sections(build(program, "service : {}\n"))
    assert given["candid:service"].content == b"service : {}\n"


def test_a_wasm_engine_takes_it_and_its_methods_explain_themselves(
    program: Program, tmp_path: Path
) -> None:
    """Valid, with an entry point for each method, all of which trap with a sentence."""
    node = shutil.which("node")
    assert node is not None, "this test asks a real wasm engine: install node"
    file = tmp_path / "greeter.wasm"
    file.write_bytes(build(program))
    ran = subprocess.run([node, "-e", JUDGE, str(file)], capture_output=True, check=True)
    told = json.loads(ran.stdout)
    assert told["valid"]
    assert told["exports"] == [
        "memory",
        "canister_init",
        "canister_query greet",
        "canister_update rename",
    ]
    assert told["imports"] == ["ic0.trap"]
    assert told["source"] == 1
    assert told["said"].startswith("trapped: This module carries a Python bundle")
    assert told["said"].endswith("build the canister with Kybra.")


@pytest.mark.parametrize("name", ["cache", "batcher", "infer"])
def test_the_projects_canisters_fit_into_artefacts(name: str) -> None:
    """With what they import of installed packages, judged as somebody else's code."""
    program = load_program(ROOT / "canisters" / name / "main.py", [ROOT / "src"])
    assert {"kybra_simple_db"} <= installed_packages(program)
    assert not {"main", "refrain_core"} & installed_packages(program)
    assert read(build(program)) == program


def test_the_command_writes_a_module_or_the_reasons(
    entry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Packed where the file's name says so; nothing where a rule says no."""
    plain, zipped = tmp_path / "a.wasm", tmp_path / "a.wasm.gz"
    for output in (plain, zipped):
        assert main([str(entry), "-o", str(output), "--name", "polite"]) == 0
    assert gzip.decompress(zipped.read_bytes()) == plain.read_bytes()
    assert read(plain.read_bytes()).name == "polite"
    assert "module hash 0x" in capsys.readouterr().out
    entry.write_text("import threading\n")
    assert main([str(entry), "-o", str(tmp_path / "b.wasm")]) == 1
    assert "threading" in capsys.readouterr().err
    assert not (tmp_path / "b.wasm").exists()


def test_numbers_are_written_as_wasm_has_them() -> None:
    """LEB128, unsigned and signed, at the borders of a byte."""
    assert [wasm_encoding.unsigned(n) for n in (0, 127, 128)] == [b"\0", b"\x7f", b"\x80\1"]
    assert [wasm_encoding.signed(n) for n in (0, 63, 64, -64, -65)] == [
        b"\0",
        b"\x3f",
        b"\xc0\0",
        b"\x40",
        b"\xbf\x7f",
    ]


def test_packing_is_undone(program: Program) -> None:
    """And what is not packed is left alone."""
    module = build(program)
    assert unpacked(packed(module)) == unpacked(module) == module
    assert PRIVATE + SOURCE == "icp:private python:source"
