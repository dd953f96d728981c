"""What controllers state for all calls: the size of the subnet, and the budgets of their work."""

from infer_core.inference import Bounds
from infer_core.work_budgets import Budgets, pack_budgets, prompt_characters, unpack_budgets
from infer_maps import read_setting, write_setting
from refrain_core.outcall_price import DEFAULT_NODES

_NODES = "_nodes"
_BUDGETS = "_budgets"


class Settings:
    """Stable memory is the truth, and these its copies; `bounds` is made of the others."""

    def __init__(self) -> None:
        """Presume an ordinary application subnet, and the usual budgets."""
        self.nodes = DEFAULT_NODES
        self.budgets = Budgets()
        self.bounds = Bounds()

    def load(self) -> None:
        """Read what was stated."""
        self.nodes = int(read_setting(_NODES) or DEFAULT_NODES)
        packed = read_setting(_BUDGETS)
        self.budgets = unpack_budgets(packed) if packed else Budgets()
        self._bound()

    def state_nodes(self, nodes: int) -> None:
        """Keep how many nodes the subnet has, which makes the price of an outcall."""
        write_setting(_NODES, str(nodes))
        self.nodes = nodes
        self._bound()

    def state_budgets(self, budgets: Budgets) -> None:
        """Keep budgets; calls that are out end by those that they left with."""
        write_setting(_BUDGETS, pack_budgets(budgets))
        self.budgets = budgets
        self._bound()

    def _bound(self) -> None:
        self.bounds = Bounds(self.nodes, prompt_characters(self.budgets))


stated = Settings()
