"""What outlives a canister's process: one SQLite file, one transaction a message."""
