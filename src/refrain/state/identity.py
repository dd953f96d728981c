"""The operator's identity: a key per state folder, controller and asker of its network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel.principals import text_of
from refrain.agent.identity import identity_of_pem, new_pem
from refrain.state.folder import read_json, write_atomically

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder


def operator_of(folder: StateFolder) -> str:
    """The operator's principal as text; its key is made on first use, with mode 0600.

    Folders of the first version name a principal that no key belongs to: it stays their operator.

    Raises:
        BadIdentity: the key file is damaged.
    """
    known = read_json(folder.operator)
    if known is not None:
        return str(known["principal"])
    if not folder.operator_key.exists():
        write_atomically(folder.operator_key, new_pem())
    return text_of(identity_of_pem(folder.operator_key).principal)
