"""The Internet Computer's HTTP interface over a replica in a thread of its own."""

from kybra_replica.ic_http.server import IcServer, application

__all__ = ["IcServer", "application"]
