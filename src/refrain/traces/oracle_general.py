"""libCacheSim's oracleGeneral: 24 bytes an access, little endian, without a header.

They are the time (uint32), the object's id (uint64), its size (uint32) and when it comes next
(int64), which only a policy with foresight would read.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from refrain.failures import BadTrace
from refrain.traces.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

RECORD = struct.Struct("<IQIq")
_RECORDS_AT_ONCE = 4_096


def read_oracle_general(file: BinaryIO) -> Iterator[Access]:
    """Read the accesses; as in libCacheSim, one of size 0 is skipped.

    Raises:
        BadTrace: the file ends inside a record.
    """
    done = 0
    while data := file.read(RECORD.size * _RECORDS_AT_ONCE):
        whole = len(data) - len(data) % RECORD.size
        for _, key, size_bytes, _ in RECORD.iter_unpack(data[:whole]):
            if size_bytes:
                yield Access(key, size_bytes)
        done += whole // RECORD.size
        if whole < len(data):
            raise BadTrace(f"the file ends inside record {done + 1}: {RECORD.size} bytes each")
