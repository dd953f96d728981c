"""The `refrain` command; one module for each subcommand."""
