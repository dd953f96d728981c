"""Candid: types, bytes, order and .did text, with Kybra's rules for Python values."""
