"""What ends up in a bundle, and what the compiler reads of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from kybra_replica.program.bundle import Bundle, collect_bundle, collect_sources

if TYPE_CHECKING:
    from pathlib import Path

Bundler = Callable[[Mapping[str, str]], Bundle]


def own(bundle: Bundle) -> set[str]:
    """The paths of a bundle without installed packages."""
    return {path for path, file in bundle.files.items() if file.origin == "project"}


def test_a_reached_package_is_taken_whole(bundle_files: Bundler) -> None:
    """A module that nobody imports comes with its package, but the compiler does not read it."""
    bundle = bundle_files(
        {
            "main.py": "from pkg.used import x",
            "pkg/__init__.py": "",
            "pkg/used.py": "x = 1",
            "pkg/unused.py": "y = 2",
            "stray.py": "z = 3",
        }
    )
    assert own(bundle) == {"main.py", "pkg/__init__.py", "pkg/used.py", "pkg/unused.py"}
    assert not bundle.files["pkg/unused.py"].is_reached
    assert bundle.files["pkg/used.py"].is_reached


@pytest.mark.parametrize(
    "statement",
    [
        "import part",
        "from part import x",
        "from part import *",
        "def f():\n    import part",
        "try:\n    import part\nexcept ImportError:\n    part = None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from part import x",
        "class C:\n    with open('x') as f:\n        import part as renamed",
    ],
)
def test_an_import_is_followed_wherever_it_stands(statement: str, bundle_files: Bundler) -> None:
    """Kybra's bundler is static: functions, try and TYPE_CHECKING blocks count as well."""
    assert own(bundle_files({"main.py": statement, "part.py": "x = 1"})) == {"main.py", "part.py"}


def test_relative_imports_lead_to_siblings_and_parents(bundle_files: Bundler) -> None:
    """Dots count from the package that holds the module, or from the package itself."""
    bundle = bundle_files(
        {
            "main.py": "import pkg.inner.deep",
            "pkg/__init__.py": "from . import top",
            "pkg/top.py": "",
            "pkg/side.py": "",
            "pkg/inner/__init__.py": "from .near import n",
            "pkg/inner/near.py": "n = 1",
            "pkg/inner/deep.py": "from ..side import *",
        }
    )
    reached = {file.module for file in bundle.compiled if file.origin == "project"}
    assert reached == {
        *{"main", "pkg", "pkg.top", "pkg.side", "pkg.inner", "pkg.inner.near", "pkg.inner.deep"}
    }


def test_roots_are_searched_after_the_folder_of_the_entry(
    tmp_path: Path, write_files: Callable[[Mapping[str, str]], Path]
) -> None:
    """A module beside the entry hides one of the same name in a root."""
    for name in ("near", "far"):
        (tmp_path / f"{name}.py").write_text("WHERE = 'root'", encoding="utf-8")
    entry = write_files({"main.py": "import near, far", "near.py": "WHERE = 'beside'"})
    sources = collect_sources(entry, [tmp_path])
    assert sources["near.py"] == "WHERE = 'beside'"
    assert sources["far.py"] == "WHERE = 'root'"


def test_the_standard_library_and_kybra_are_left_out_of_the_sources(bundle_files: Bundler) -> None:
    """Both are there anyway; kybra's reached modules are known for their types only."""
    bundle = bundle_files({"main.py": "import json\nfrom kybra.canisters.management import KeyId"})
    assert set(bundle.sources) == {"main.py"}
    assert bundle.files["kybra/canisters/management/http.py"].is_reached


def test_an_installed_package_comes_with_what_it_imports(bundle_files: Bundler) -> None:
    """kybra_simple_db brings kybra_simple_logging, both whole."""
    bundle = bundle_files({"main.py": "from kybra_simple_db import Entity"})
    assert {"kybra_simple_db/entity.py", "kybra_simple_logging/cli.py"} <= set(bundle.sources)
    assert bundle.files["kybra_simple_db/entity.py"].origin == "third_party"


def test_a_missing_entry_is_an_error(tmp_path: Path) -> None:
    """There is nothing to bundle without an entry file."""
    with pytest.raises(FileNotFoundError, match=r"main\.py"):
        collect_bundle(tmp_path / "main.py", [])
