"""Keys that outlive the process, for their owner's eyes only."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from kybra_replica.ic_http.subnet_keys import KEY_FILE, DamagedKeysError, fresh_keys, kept_keys

if TYPE_CHECKING:
    from pathlib import Path


def test_keys_are_made_once_per_folder(tmp_path: Path) -> None:
    """The root key that was trusted yesterday signs today, delegating or not."""
    first = kept_keys(tmp_path / "new" / "folder")
    again = kept_keys(tmp_path / "new" / "folder", delegated=True)
    assert first.root.der == again.root.der
    assert first.node.der == again.node.der
    assert first.signing is first.root
    assert again.signing is again.own


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 0600, and nothing half-written beside it."""
    kept_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_two_folders_have_two_root_keys(tmp_path: Path) -> None:
    """Nor do two replicas that keep nothing share one."""
    assert kept_keys(tmp_path / "a").root.der != kept_keys(tmp_path / "b").root.der
    assert fresh_keys().root.der != fresh_keys().root.der


@pytest.mark.parametrize("text", ["", "[]", '{"root": "x"}', '{"root": "0", "subnet": "1"}'])
def test_a_damaged_file_is_no_reason_for_new_keys(tmp_path: Path, text: str) -> None:
    """Who trusted the root key is told, not given another one."""
    (tmp_path / KEY_FILE).write_text(text)
    with pytest.raises(DamagedKeysError, match="damaged"):
        kept_keys(tmp_path)
