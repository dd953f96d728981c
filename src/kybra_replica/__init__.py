"""An embedded replica of the Internet Computer for Kybra canisters; knows nothing of LLMs."""
