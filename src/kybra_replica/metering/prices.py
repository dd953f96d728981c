"""Prices of what a canister asks of the system: instructions measured on PocketIC 10.

Those beside which no figure of a recording stands in `benchmarks/instruction_rows.py` are set by
what is alike.
"""

ENTRY = 35_000
"""Entering the interpreter; an empty query's function comes to 42 k with it."""

BOOT = 700_000_000
"""An installation begins with the interpreter's own start: 0.5 to 1 G."""

CALL = 530_000
"""Making a call; what its principal's `to_str` costs comes on top."""

CALLBACK = 450_000
"""Entering a callback, its response's values not included."""

NOTIFY = 340_000
REPLY_BYTE = 11
TIME = 12_000
PRINT = 75_000
CERTIFIED_DATA = 46_000
DATA_CERTIFICATE = 30_000
TIMER = 100_000
RAW_ARGUMENT = 10_000
RAW_ARGUMENT_BYTE = 5
RAW_BYTE_OUT = 750
"""Bytes that go out untyped are converted one by one all the same."""

RAW_BYTE_IN = 590
MAP_LENGTH = 60_000
MAP_SCAN_ENTRY = 50_000
CYCLES = 20_000
COUNTER = 12_000
