"""Asking a network's canisters, over whatever carries the messages."""
