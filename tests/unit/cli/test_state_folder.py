"""The state folder: private, whole at any moment, and one daemon's at a time."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from refrain.agent.identity import identity_of_pem
from refrain.failures import RefrainError
from refrain.state.folder import read_json, write_atomically, write_json
from refrain.state.identity import operator_of
from refrain.state.lock import hold, holder
from refrain.state.model_choice import SMOLLM2, ModelChoice, choose, recall, remember

if TYPE_CHECKING:
    import subprocess

    from refrain.state.folder import StateFolder


def mode(folder: StateFolder, name: str) -> int:
    """Read a file's permission bits."""
    return stat.S_IMODE((folder.path / name).stat().st_mode)


def test_the_token_is_random_kept_and_private(folder: StateFolder) -> None:
    """Made once, long, and for the owner's eyes only, as the folder is."""
    token = folder.token()
    assert len(token) >= 40
    assert folder.token() == token
    assert mode(folder, "token") == 0o600
    assert mode(folder, ".") == 0o700


def test_the_operator_is_made_once(folder: StateFolder) -> None:
    """The same principal every time, of the form of one that signs for itself."""
    operator = operator_of(folder)
    assert operator_of(folder) == operator
    assert re.fullmatch(r"([a-z2-7]{5}-){10}[a-z2-7]{3}", operator)


def test_the_operators_key_is_private_and_its_principal_the_specifications(
    folder: StateFolder,
) -> None:
    """The same text as kybra's own Principal has for this key."""
    operator = operator_of(folder)
    assert mode(folder, "operator.pem") == 0o600
    key = identity_of_pem(folder.operator_key).der_key
    assert key is not None
    assert Principal.self_authenticating(key.hex()).to_str() == operator


def test_an_older_folder_keeps_its_operator(folder: StateFolder) -> None:
    """It was a principal alone, and the canisters know no other controller."""
    write_json(folder.operator, {"principal": "2vxsx-fae"})
    assert operator_of(folder) == "2vxsx-fae"
    assert not folder.operator_key.exists()


def test_a_damaged_key_is_named(folder: StateFolder) -> None:
    """A new one would control nothing."""
    write_atomically(folder.operator_key, "damaged")
    with pytest.raises(RefrainError, match=r"operator\.pem"):
        operator_of(folder)


def test_writing_replaces_the_whole_file(folder: StateFolder) -> None:
    """Nothing of the old text stays, nor any partial file."""
    write_atomically(folder.status, "a long first text")
    write_atomically(folder.status, "short")
    assert folder.status.read_text() == "short"
    assert list(folder.path.iterdir()) == [folder.status]


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_damaged_file_is_named(folder: StateFolder, text: str) -> None:
    """What is no JSON object is an error that says which file."""
    folder.status.write_text(text)
    with pytest.raises(RefrainError, match=r"status\.json is damaged"):
        read_json(folder.status)


def test_the_lock_names_its_holder(
    monkeypatch: pytest.MonkeyPatch,
    folder: StateFolder,
    lock_holder: subprocess.Popen[bytes],
) -> None:
    """While its process lives, and not a moment longer."""
    monkeypatch.setattr("refrain.state.lock._PATIENCE_S", 0.1)
    assert holder(folder.lock) == lock_holder.pid
    with pytest.raises(RefrainError, match="Another daemon"), hold(folder.lock):
        pass
    lock_holder.kill()
    lock_holder.wait()
    assert holder(folder.lock) is None
    with hold(folder.lock):
        pass


def test_the_model_is_remembered(folder: StateFolder) -> None:
    """At first the real local model, then what was last chosen."""
    assert recall(folder) == ModelChoice(SMOLLM2)
    chosen = choose("a@1:b", "http://127.0.0.1:1/v1/")
    assert chosen == ModelChoice("a@1:b", "http://127.0.0.1:1/v1")
    remember(folder, chosen)
    assert recall(folder) == chosen
    folder.settings.write_text('{"colour": "red"}')
    with pytest.raises(RefrainError, match="damaged"):
        recall(folder)


def test_a_choice_becomes_itself_again_from_its_arguments() -> None:
    """The daemon is told the choice on its command line."""
    for choice in (ModelChoice("a@1:b"), ModelChoice("a@1:b", "http://127.0.0.1:1")):
        assert ModelChoice(*choice.arguments()) == choice


def test_only_the_scripted_model_is_not_a_model() -> None:
    """Its answers are labelled; a real model's need no note."""
    scripted, real = choose("scripted", None), choose("smollm2", None)
    assert scripted is not None
    assert real is not None
    assert (scripted.note, real.note) == ("not a model", None)
