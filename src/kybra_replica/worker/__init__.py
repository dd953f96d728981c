"""The process in which one canister lives: its heap, its `_kybra_ic`, its driver of generators."""
