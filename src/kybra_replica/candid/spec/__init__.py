"""The form of the Candid specification's own test suite."""
