"""Where a network is, and whose signature stands for it."""

from __future__ import annotations

from typing import NamedTuple

from kybra_replica.ic_http.certificates import DER_PREFIX
from refrain.agent.agent import root_key_at
from refrain.agent.faults import Untrusted
from refrain.agent.transport import parsed

IC_URL = "https://icp-api.io"
LOCAL_URL = "http://127.0.0.1:8000"
"""Where `icp network start` listens."""
IC_ROOT_KEY = DER_PREFIX + bytes.fromhex(
    "814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14"
    "fb5d9c0cd546d9685f913a0c0b2cc5341583bf4b4392e467db96d65b9bb4cb71"
    "7112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae"
)
"""The Internet Computer's own key, as every agent carries it (interface specification)."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class KnownNetwork(NamedTuple):
    """A network's URL and its DER-encoded root key."""

    url: str
    root_key: bytes


def known_network(name: str, root_key: bytes | None = None) -> KnownNetwork:
    """The network named `ic`, `local`, or by its URL.

    A network on this machine may state its key itself; from anywhere else that would be the
    word of whoever answers.

    Raises:
        Untrusted: the URL is another machine's and no root key was given.
        Unreachable: nobody answers at the URL, or it is none.
    """
    if name == "ic":
        return KnownNetwork(IC_URL, root_key or IC_ROOT_KEY)
    url = LOCAL_URL if name == "local" else name
    if root_key is None:
        if parsed(url).hostname not in _LOOPBACK | {None}:
            raise Untrusted(f"{url} is not on this machine: give its root key with --root-key.")
        root_key = root_key_at(url)
    return KnownNetwork(url, root_key)
