"""The operator's side of Refrain: command line, client, daemon and local model."""
