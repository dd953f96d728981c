"""The keys of a replica: made once per state folder, readable by their owner alone."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.ic_http.certificates import BlsKey
from kybra_replica.ic_http.node_keys import NodeKey

if TYPE_CHECKING:
    from pathlib import Path

KEY_FILE = "keys.json"


class DamagedKeysError(RuntimeError):
    """The key file can't be read: who trusted its root key would not trust a new one."""


@dataclass(frozen=True)
class SubnetKeys:
    """The network's root key, the subnet's own, and its answering node's.

    `delegated` says that the subnet signs with its own key and shows a delegation of the root's,
    as application subnets do; otherwise the root key signs everything.
    """

    root: BlsKey
    own: BlsKey
    node: NodeKey
    delegated: bool = False

    @property
    def signing(self) -> BlsKey:
        """The key under this subnet's certificates."""
        return self.own if self.delegated else self.root


def fresh_keys(*, delegated: bool = False) -> SubnetKeys:
    """Keys that nobody has seen before."""
    node = NodeKey(secrets.token_bytes(32))
    return SubnetKeys(BlsKey.generate(), BlsKey.generate(), node, delegated)


def kept_keys(folder: Path, *, delegated: bool = False) -> SubnetKeys:
    """The keys of a state folder; made, with mode 0600, at the first time.

    Raises:
        DamagedKeysError: the file is there and is not what was written.
    """
    path = folder / KEY_FILE
    if not path.exists():
        _write(path, fresh_keys())
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        root, own = (BlsKey(int(held[name], 16)) for name in ("root", "subnet"))
        return SubnetKeys(root, own, NodeKey(bytes.fromhex(held["node"])), delegated)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedKeysError(f"{path} is damaged: put it back, or move it away") from error


def _write(path: Path, keys: SubnetKeys) -> None:
    held = {
        "root": f"{keys.root.secret:064x}",
        "subnet": f"{keys.own.secret:064x}",
        "node": keys.node.secret.hex(),
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(held, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
