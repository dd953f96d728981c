"""How many go best into one batch, by what earlier batches took.

Latency and cost are each fitted as a straight line over the batch's size, by least squares, older
batches counting less. A batch is as large as its latency allows, and no larger than one where the
fit finds nothing that batches share.
"""

_SCALE = 1 << 20
_KEEP = 15
_OF = 16
"""Each batch leaves the earlier ones 15 sixteenths of their weight."""

_SLACK = 1 << 16
"""Sizes that differ by less than this, in scaled weights, tell no slope."""

_HUNDRED = 100
"""Less than a hundredth of the cost is nothing to share, nor a hundredth of a request too much."""


class BatchFit:
    """Running sums over the batches of one lane's kind; whole numbers, so that all runs agree."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._sums = [0] * 7

    def note(self, size: int, latency_ms: int, cycles: int) -> None:
        """Take a batch into account that came back."""
        new = (1, size, size * size, latency_ms, size * latency_ms, cycles, size * cycles)
        kept = self._sums
        self._sums = [kept[place] * _KEEP // _OF + new[place] * _SCALE for place in range(len(new))]

    def best_size(self, most: int, latency_budget_ms: int) -> int:
        """Return how many the next batch takes, at least one and at most `most`."""
        weight, sizes, _, latencies, _, costs, _ = self._sums
        if weight == 0:
            return most
        slope, spread = self._slope(3)
        if _HUNDRED * self._shared_cycles(spread) < costs * spread:
            return 1
        if slope <= 0:
            return most
        # latency = mean + slope / spread * (size - mean size), solved for the budget
        room = (latency_budget_ms * weight - latencies) * spread
        fitting = (room // slope + sizes + weight // _HUNDRED) // weight
        return max(1, min(most, fitting))

    def expected_ms(self, size: int) -> int:
        """Return how long a batch of `size` is likely to take; 0 if nothing is known."""
        weight, sizes, _squares, latencies, *_ = self._sums
        if weight == 0:
            return 0
        slope, spread = self._slope(3)
        return max(0, (latencies + slope * (size * weight - sizes) // spread) // weight)

    def _slope(self, of: int) -> "tuple[int, int]":
        """Return rise and run of the line; of one size only, that of a line through nothing."""
        weight, sizes, squares = self._sums[:3]
        spread = weight * squares - sizes * sizes
        if spread <= _SLACK * weight:
            return self._sums[of], max(1, sizes)
        return weight * self._sums[of + 1] - sizes * self._sums[of], spread

    def _shared_cycles(self, spread: int) -> int:
        """Return what batches cost whatever their size, times `spread`; all of it of one size."""
        weight, sizes, squares, *_, costs, products = self._sums
        if weight * squares - sizes * sizes <= _SLACK * weight:
            return costs * spread
        return costs * spread - (weight * products - sizes * costs) * sizes
