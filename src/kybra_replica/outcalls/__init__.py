"""HTTP outcalls: limits, prices, the real port, strict mocks and the nodes' agreement."""
