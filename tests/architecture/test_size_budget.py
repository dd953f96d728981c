"""Small files, small functions, and a sentence about each public thing."""

from __future__ import annotations

import ast
from statistics import median, quantiles
from typing import TYPE_CHECKING

from tests.architecture.source_tree import functions, python_files, source_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.architecture.source_tree import PythonFile

MAX_FILE_LINES = 250
MAX_CANISTER_FILE_LINES = 200
MEDIAN_FILE_LINES = 120
MAX_FUNCTION_LINES = 40
MEDIAN_FUNCTION_LINES = 7
P90_FUNCTION_LINES = 25
SHORT_FUNCTION_LINES = 20
SHORT_FUNCTION_SHARE = 0.88
KYBRA_SHAPES = {"Record", "Variant", "Service"}


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring not counted."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return lines
    docstring = node.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def test_no_file_is_long() -> None:
    """At most 250 lines, 200 where Kybra compiles it; tests keep to it too."""
    long = [
        f"{file.path} has {file.lines} lines"
        for file in (*source_files(), *python_files("tests", "benchmarks", "examples"))
        if file.lines > (MAX_CANISTER_FILE_LINES if file.is_canister_side else MAX_FILE_LINES)
    ]
    assert not long, "\n".join(long)


def test_no_function_is_long() -> None:
    """At most 40 lines, whatever it does."""
    long = [
        f"{file.path}:{node.lineno} {node.name} has {length(node)} lines"
        for file in (*source_files(), *python_files("tests", "benchmarks", "examples"))
        for node in functions(file)
        if length(node) > MAX_FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_the_middle_of_the_code_is_small() -> None:
    """Medians, the ninetieth percentile and the share of short functions keep to the budget."""
    file_lines = [file.lines for file in source_files() if file.path.stem != "__init__"]
    lengths = [length(node) for file in source_files() for node in functions(file)]
    short = sum(lines <= SHORT_FUNCTION_LINES for lines in lengths) / len(lengths)
    assert median(file_lines) <= MEDIAN_FILE_LINES
    assert median(lengths) <= MEDIAN_FUNCTION_LINES
    assert quantiles(lengths, n=10)[-1] <= P90_FUNCTION_LINES
    assert short >= SHORT_FUNCTION_SHARE, f"{short:.1%} of the functions are short"


def undocumented(file: PythonFile) -> Iterator[str]:
    """Name the public modules, classes and functions of a file that have no docstring."""
    if ast.get_docstring(file.tree) is None:
        yield f"{file.path} (module)"
    for node in _public(file.tree.body):
        if ast.get_docstring(node) is None:
            yield f"{file.path}:{node.lineno} {node.name}"


def _public(
    body: list[ast.stmt],
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name.startswith("_") or _is_overload(node):
                continue
            if isinstance(node, ast.ClassDef):
                if _is_kybra_shape(node):
                    continue
                yield from _public(node.body)
            yield node


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)


def _is_kybra_shape(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id in KYBRA_SHAPES for base in node.bases)


def test_every_public_thing_has_a_docstring() -> None:
    """Kybra's Records, Variants and Services may have none; a comment stands above them."""
    files = (*source_files(), *python_files("benchmarks", "examples"))
    assert [line for file in files for line in undocumented(file)] == []


def test_kybra_records_and_services_have_a_comment_above() -> None:
    """It says what a docstring would; a Variant's arms may be their own explanation."""
    bare = [
        f"{file.path}:{node.lineno} {node.name}"
        for file in source_files()
        for node in file.tree.body
        if isinstance(node, ast.ClassDef) and _is_kybra_shape(node)
        if "Variant" not in {ast.unparse(base) for base in node.bases}
        if not file.text.splitlines()[node.lineno - 2].startswith("#")
    ]
    assert not bare, "\n".join(bare)


def test_every_test_says_what_it_shows_in_one_sentence() -> None:
    """A test's docstring is one line that ends with a full stop."""
    silent = [
        f"{file.path}:{node.lineno} {node.name}"
        for file in python_files("tests")
        if file.path.stem.startswith("test_")
        for node in functions(file)
        if node.name.startswith("test_") and not _is_one_sentence(ast.get_docstring(node) or "")
    ]
    assert not silent, "\n".join(silent)


def _is_one_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text
