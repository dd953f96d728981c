"""Instruction estimates of what a canister asks of the system.

Measured on PocketIC 10 with Kybra 0.7.1 wasm, one thousand map entries. Plain Python between
two such operations is not counted, so `performance_counter` is a lower bound.
"""

ENTRY = 42_000
ARGUMENT_BYTE = 9
REPLY_BYTE = 9
MAP_GET = 530_000
MAP_INSERT = 910_000
MAP_REMOVE = 870_000
MAP_SCAN_ENTRY = 75_000
CALL = 870_000
CALLER = 1_210_000
OWN_ID = 1_620_000
TIME = 21_000
PRINT = 84_000
CERTIFIED_DATA = 56_000
DATA_CERTIFICATE = 30_000
TIMER = 100_000
