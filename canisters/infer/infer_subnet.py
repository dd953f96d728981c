"""The subnet that this canister runs on: its number of nodes makes the price of an outcall."""

from infer_maps import read_nodes, write_nodes
from refrain_core.outcall_price import DEFAULT_NODES


class Subnet:
    """What is known of it; stable memory is the truth, `nodes` its copy."""

    def __init__(self) -> None:
        """Presume an ordinary application subnet."""
        self.nodes = DEFAULT_NODES

    def load(self) -> None:
        """Read what was stated."""
        self.nodes = read_nodes() or DEFAULT_NODES

    def state(self, nodes: int) -> None:
        """Keep what a controller states."""
        write_nodes(nodes)
        self.nodes = nodes


subnet = Subnet()
