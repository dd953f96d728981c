"""What a canister's Python would cost on the real runtime, estimated while it runs natively."""
