"""Candid as text: values, types, `.did` programs, read and written."""
