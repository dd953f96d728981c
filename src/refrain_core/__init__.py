"""Pure code shared by canisters and clients: keys, canonical requests, limits, prices."""
