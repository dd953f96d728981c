"""Candid records, variants and service stubs shared by the three canisters; decides nothing."""
