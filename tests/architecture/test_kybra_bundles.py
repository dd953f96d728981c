"""Kybra's own bundler on each canister: its file list is what we expect, and what we run.

REFRAIN_RENEW_GOLDENS=1 writes the lists in tests/golden/bundles anew; the difference is then
reviewed like code. A module of a package stands in a list twice, since Kybra also copies every
module flat by its base name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from kybra_replica.program.bundle import collect_bundle
from kybra_replica.program.search import site_directories

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "tests" / "golden" / "bundles"
CANISTERS = ("cache", "batcher", "infer")

# `python -m kybra` ends in a call of main(), which wants Rust: everything but that call is run,
# with the module search of `-m`, which puts the current directory first.
DRIVER = """
import ast, importlib.util, os, sys, warnings
warnings.simplefilter("ignore")
sys.path[0] = os.getcwd()
path = importlib.util.find_spec("kybra.__main__").origin
tree = ast.parse(open(path).read())
assert ast.unparse(tree.body.pop()) == "main()"
bundler = {"__name__": "kybra_bundler"}
exec(compile(tree, path, "exec"), bundler)
entry, output = sys.argv[1:]
bundler["bundle_python_code"]({
    "py_entry_file": entry,
    "python_source": output + "/python_source",
    "custom_modules": os.path.dirname(path) + "/compiler/custom_modules",
    "py_file_names_file": output + "/names.csv",
})
"""


def bundled_by_kybra(name: str, output: Path) -> list[str]:
    """The Python files that Kybra would freeze, without its own."""
    entry = f"canisters/{name}/main.py"
    command = [sys.executable, "-c", DRIVER, entry, str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    source = output / "python_source"
    found = (path.relative_to(source).as_posix() for path in source.rglob("*.py"))
    return sorted(path for path in found if not is_kybras(path))


def read_by_kybra(name: str, output: Path) -> set[str]:
    """The files that Kybra's compiler would read, by their paths in the bundle."""
    bases = [ROOT / "canisters" / name, ROOT / "src", *map(Path, site_directories())]
    paths = (output / "names.csv").read_text(encoding="utf-8").split(",")
    return {bundle_path(ROOT / path, bases) for path in paths}


def bundle_path(path: Path, bases: list[Path]) -> str:
    """A file's path below the first of the folders that holds it."""
    return next(path.relative_to(base).as_posix() for base in bases if path.is_relative_to(base))


def is_kybras(path: str) -> bool:
    """Whether a bundled file belongs to kybra itself, in any of the places it is copied to."""
    top = PurePosixPath(path).parts[0]
    flat = {"__init__.py", "principal.py", "basic.py", "bitcoin.py", "http.py", "tecdsa.py"}
    return top in flat or top == "kybra" or top.startswith("kybra.")


def without_copies(paths: list[str]) -> set[str]:
    """The paths left when copies are taken away: flat ones, and those of packages in packages.

    Kybra copies `refrain_core.policies` once more, into a folder of that dotted name.
    """
    bases = {PurePosixPath(path).name for path in paths if "/" in path}
    whole = {path for path in paths if "/" in path or path not in bases}
    return {path for path in whole if not _is_dotted_copy(path, whole)}


def _is_dotted_copy(path: str, whole: set[str]) -> bool:
    package, _, module = path.partition("/")
    return "." in package and f"{package.replace('.', '/')}/{module}" in whole


@pytest.mark.parametrize("name", CANISTERS)
def test_kybras_bundle_is_the_expected_one_and_ours(name: str, tmp_path: Path) -> None:
    """The golden list, Kybra's bundler and our reading of it agree."""
    found = bundled_by_kybra(name, tmp_path)
    golden = GOLDENS / f"{name}.txt"
    if os.environ.get("REFRAIN_RENEW_GOLDENS") == "1":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text("".join(f"{path}\n" for path in found), encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8").splitlines()
    ours = collect_bundle(ROOT / "canisters" / name / "main.py", [ROOT / "src"])
    assert without_copies(found) == set(ours.sources)
    assert read_by_kybra(name, tmp_path) == {file.path for file in ours.compiled}
