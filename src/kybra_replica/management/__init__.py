"""The management canister `aaaaa-aa`: one module for each family of its methods."""
