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
        self._group = -1
        self._four = ""

    def of(self, number: int) -> str:
        """Return a row's salt; that of the next row is most often at hand."""
        group = number // SALTS_PER_HASH
        if group != self._group:
            self._group = group
            self._four = blake2b((self._seed + str(group)).encode()).hexdigest()
        start = number % SALTS_PER_HASH * SALT_CHARACTERS
        return self._four[start : start + SALT_CHARACTERS]
