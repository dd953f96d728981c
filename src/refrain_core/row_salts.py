"""What makes a record's row impossible to guess.

A witness shows seven rows of others beside the one that it proves. Without its salt, which goes
to those alone who may read the record, nobody can tell whether one of them is the answer "yes" to
a question that he guesses.
"""

from hashlib import blake2b

SECRET_CHARACTERS = 64
"""32 random bytes in hexadecimal: a fixed length, so that no two secrets and heads run together."""

SALT_CHARACTERS = 32
SALTS_PER_HASH = 4


class RowSalts:
    """The salts of one epoch, by the row's number; blake2b gives four at a time."""

    def __init__(self, secret: str, head: bytes) -> None:
        """Make those of an epoch, whose head no other epoch had or will have.

        Raises:
            ValueError: the secret is of another length.
        """
        if len(secret) != SECRET_CHARACTERS:
            raise ValueError("the secret must be 32 bytes in hexadecimal")
        self._seed = blake2b(secret.encode() + head).hexdigest()
        self._last: tuple[int, str] = (-1, "")
        """The group of salts that was made last, and its four."""

    def of(self, number: int) -> str:
        """Return a row's salt; that of the next row is most often at hand."""
        # Numbers instead of names, here and below: four salts a hash, of 32 characters each.
        group, four = self._last
        if group != number >> 2:
            group = number >> 2
            four = blake2b((self._seed + str(group)).encode()).hexdigest()
            self._last = (group, four)
        start = (number & 3) << 5
        return four[start : start + 32]

    def of_many(self, first: int, count: int) -> list[str]:
        """Return the salts of so many rows from the first on."""
        seed = self._seed
        salts: list[str] = []
        for group in range(first >> 2, (first + count + 3) >> 2):
            four = blake2b((seed + str(group)).encode()).hexdigest()
            salts += (four[:32], four[32:64], four[64:96], four[96:])
        skipped = first & 3
        return salts[skipped : skipped + count]
