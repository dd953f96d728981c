"""Recorded accesses to a cache, in the formats in which others keep theirs."""
