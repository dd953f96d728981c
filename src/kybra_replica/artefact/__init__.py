"""The wasm artefact: one small valid module that carries a canister's Candid and Python bundle."""
