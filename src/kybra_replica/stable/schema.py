"""The tables of a replica's state file."""

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS canisters (
    id BLOB PRIMARY KEY, controllers TEXT NOT NULL, status TEXT NOT NULL, cycles TEXT NOT NULL,
    program TEXT, module_hash TEXT, certified_data BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS maps (
    canister BLOB, memory INTEGER, max_key INTEGER NOT NULL, max_value INTEGER NOT NULL,
    PRIMARY KEY (canister, memory)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    canister BLOB, memory INTEGER, key BLOB, value BLOB NOT NULL,
    PRIMARY KEY (canister, memory, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS in_flight (
    callback INTEGER PRIMARY KEY, owner BLOB NOT NULL, cycles TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ingress (
    id INTEGER PRIMARY KEY, canister BLOB NOT NULL, method TEXT NOT NULL, state TEXT NOT NULL,
    reply BLOB, code INTEGER, message TEXT
);
"""
