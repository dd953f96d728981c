"""Who still waits for which flight: the numbers of the tickets that point at it, in the heap."""


class Claims:
    """The tickets that point at each flight; one with an outcome of its own points at none."""

    def __init__(self) -> None:
        """Start with none."""
        self._numbers: dict[int, set[int]] = {}

    def add(self, token: int, number: int) -> None:
        """Note a ticket of the flight whose tickets bear `token`."""
        if token != number:
            self._numbers.setdefault(token, set()).add(number)

    def drop(self, token: int, number: int) -> None:
        """Note that a ticket points there no more."""
        numbers = self._numbers.get(token)
        if numbers is not None:
            numbers.discard(number)
            if not numbers:
                del self._numbers[token]

    def is_claimed(self, token: int) -> bool:
        """Tell whether a ticket points there."""
        return token in self._numbers
