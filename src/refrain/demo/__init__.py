"""The story that `make demo` tells, on a network of its own."""
