"""Bytes that are no artefact: one typed refusal with a sentence, whatever they are."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.artefact import compression
from kybra_replica.artefact.build import build
from kybra_replica.artefact.bundle_section import read_bundle, write_bundle
from kybra_replica.artefact.compression import packed
from kybra_replica.artefact.read import read
from kybra_replica.artefact.refusals import (
    ArtefactRefused,
    BundleRefused,
    ForeignModule,
    MalformedWasm,
)
from kybra_replica.artefact.stub_module import stub_module
from kybra_replica.artefact.wasm_encoding import MAGIC, custom_section, name, section
from kybra_replica.artefact.wasm_sections import metadata_sections
from kybra_replica.program.interface import Interface, Program

SMALL = {
    "main.py": "from kybra import query, text\n\n\n@query\ndef f() -> text:\n    return 'f'\n",
    "pieces/__init__.py": "",
}
BUNDLE: dict[str, Any] = {"entry": "main", "installed": [], "name": "small", "sources": SMALL}
SOURCE_SECTION = "icp:private python:source"


def module_of(bundle: object) -> bytes:
    """A module whose bundle section holds this as JSON."""
    return MAGIC + custom_section(SOURCE_SECTION, json.dumps(bundle).encode())


def verdict(module: bytes) -> str:
    """Read; the refusal's text, or nothing where there is a program."""
    try:
        program = read(module)
    except ArtefactRefused as refusal:
        return str(refusal) or "a refusal without a sentence"
    assert isinstance(program, Program)
    return ""


@pytest.mark.parametrize(
    ("module", "why"),
    [
        (b"", "unsupported canister module format"),
        (b"\0asm\2\0\0\0", "unsupported canister module format"),
        (MAGIC + b"\1", "ends in the middle"),
        (MAGIC + b"\1\5", "ends in the middle"),
        (MAGIC + b"\0\1\5", "ends in the middle"),
        (MAGIC + b"\x0e\0", "unknown kind 14"),
        (MAGIC + b"\1\xff\xff\xff\xff\x7f", "length over 32 bits"),
        (MAGIC + b"\1\xff\xff\xff\xff\xff\x01", "length over 32 bits"),
        (MAGIC + section(0, b"\2\xff\xfe"), "not UTF-8"),
        (MAGIC + custom_section("icp:public a", b"") * 2, "stands there twice"),
        (packed(MAGIC)[:-3], "gzip ends too early"),
        (packed(MAGIC) + b"more", "bytes behind its end"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip is damaged"),
    ],
)
def test_what_is_no_module_is_named(module: bytes, why: str) -> None:
    """Cut, damaged, of another version, too long."""
    with pytest.raises(MalformedWasm, match=why):
        read(module)


def test_a_module_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before more than the limit is unpacked."""
    monkeypatch.setattr(compression, "MAX_MODULE_BYTES", 1_000)
    for module in (gzip.compress(MAGIC + bytes(1_000)), MAGIC + bytes(1_000)):
        with pytest.raises(MalformedWasm, match="larger than 1000 bytes"):
            read(module)


def test_a_module_without_a_bundle_is_foreign() -> None:
    """A public section of that name is none: nobody's source is for everybody."""
    public = MAGIC + custom_section("icp:public python:source", json.dumps(BUNDLE).encode())
    for module in (stub_module(Interface()), public):
        with pytest.raises(ForeignModule, match="no custom section 'icp:private python:source'"):
            read(module)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"extra": 1}, "exactly the keys entry, installed, name, sources"),
        ({"entry": "other"}, "no file other.py"),
        ({"entry": ""}, "entry must be a short text"),
        ({"name": 5}, "name must be a short text"),
        ({"installed": "kybra"}, "must be a list"),
        ({"installed": [5]}, "list of installed packages must be a short text"),
        ({"sources": []}, "must map paths to texts"),
        ({"sources": {"main.py": 5}}, "main.py is not a text"),
        ({"sources": {"main.py": "\ud800"}}, "main.py is not a text"),
        ({"sources": {"main.py": "\0"}}, "main.py is not a text"),
        ({"sources": SMALL | {"../up.py": ""}}, "does not name a Python module"),
        ({"sources": SMALL | {"/etc/root.py": ""}}, "does not name a Python module"),
        ({"sources": SMALL | {"a/../../up.py": ""}}, "does not name a Python module"),
        ({"sources": SMALL | {"a.py/b.py": ""}}, "does not name a Python module"),
        ({"sources": SMALL | {"a//b.py": ""}}, "does not name a Python module"),
        ({"sources": SMALL | {"a\\b.py": ""}}, "does not name a Python module"),
        ({"sources": SMALL | {"notes.txt": ""}}, "does not name a Python module"),
        ({"sources": SMALL | {"a" * 300 + ".py": ""}}, "does not name a Python module"),
        ({"sources": {"main.py": "import nowhere_to_be_found"}}, "import-not-found"),
        ({"sources": {"main.py": "import hypothesis"}}, "import-not-found"),
        ({"sources": {"main.py": "return 1"}}, "'return' outside function"),
        ({"sources": {"main.py": "def f(:"}}, "breaks Kybra's rules"),
        ({"sources": {"main.py": "-" * 100_000 + "1"}}, "cannot be read|breaks Kybra's rules"),
        ({"sources": {"main.py": "(" * 300 + ")" * 300}}, "cannot be read|breaks Kybra's rules"),
    ],
)
def test_a_damaged_or_unlawful_bundle_is_named(change: dict[str, Any], why: str) -> None:
    """Its form first, then its paths, then Kybra's rules and Python's own."""
    with pytest.raises(BundleRefused, match=why):
        read(module_of(BUNDLE | change))


@pytest.mark.parametrize("text", [b"", b"\xff", b"[" * 100_000, b"5", b"[]", b'{"entry": 1}'])
def test_a_bundle_that_is_no_json_object_is_refused(text: bytes) -> None:
    """However deep it nests."""
    with pytest.raises(BundleRefused):
        read(MAGIC + custom_section(SOURCE_SECTION, text))


def test_a_bundle_says_what_it_read(program: Program) -> None:
    """The section's form, there and back."""
    text = read_bundle(write_bundle(program, frozenset({"pieces"})))
    assert (text.name, text.entry, text.sources) == ("greeter", "main", program.sources)
    assert text.installed == {"pieces"}


def test_a_small_bundle_is_read() -> None:
    """So that the refusals above are for their own reasons."""
    assert verdict(module_of(BUNDLE)) == ""
    assert set(metadata_sections(module_of(BUNDLE))) == {"python:source"}
    assert name("é") == b"\2\xc3\xa9"


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    """Alone, behind a module's first bytes, and as a bundle."""
    assert verdict(data)
    assert verdict(MAGIC + data)
    assert verdict(MAGIC + custom_section(SOURCE_SECTION, data))


GOOD = build(read(module_of(BUNDLE)))


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_mutated_artefacts_are_read_or_refused(data: st.DataObject) -> None:
    """Bytes changed, cut out or put in, plain or packed: a program or the typed refusal."""
    good = packed(GOOD) if data.draw(st.booleans()) else GOOD
    at = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 20))
    verdict(good[:at] + data.draw(st.binary(max_size=8)) + good[at + cut :])
