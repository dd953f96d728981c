"""The 32 bytes that the network certifies of this canister, and their certificate."""

from kybra import ic


def certify(root: bytes) -> None:
    """Have the network certify a root from the next block on."""
    ic.set_certified_data(root)


def certificate() -> "bytes | None":
    """Return the certificate of the last root; None in an update, and where nobody signs."""
    return ic.data_certificate()
