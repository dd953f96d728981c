"""The replica's one thread: messages in order, each a transaction; calls, cycles, timers."""
