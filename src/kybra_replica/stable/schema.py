"""The tables of a replica's state file, and how older files become like them."""

SCHEMA_VERSION = 2

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS canisters (
    id BLOB PRIMARY KEY, controllers TEXT NOT NULL, status TEXT NOT NULL, cycles TEXT NOT NULL,
    program TEXT, module_hash TEXT, certified_data BLOB,
    settings TEXT, history TEXT, version INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS modules (canister BLOB PRIMARY KEY, wasm BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS chunks (
    canister BLOB, hash BLOB, data BLOB NOT NULL, PRIMARY KEY (canister, hash)
);
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
    reply BLOB, code INTEGER, message TEXT, error_code TEXT NOT NULL DEFAULT ''
);
"""
"""Layout 2; a table that is missing is made, one that is there is left alone."""

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE canisters ADD COLUMN settings TEXT",
        "ALTER TABLE canisters ADD COLUMN history TEXT",
        "ALTER TABLE canisters ADD COLUMN version INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE ingress ADD COLUMN error_code TEXT NOT NULL DEFAULT ''",
    ),
}
"""What leads from each older layout to the next one."""
