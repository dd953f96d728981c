"""The infer canister's decisions: pure functions over values, without the platform."""
