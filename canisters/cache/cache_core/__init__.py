"""The cache's decisions: pure code over maps that are handed in."""
