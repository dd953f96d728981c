"""Votes over recorded answers, held against the truth."""
