"""From a canister's source to a `Program`, held to the rules of Kybra's compiler and RustPython."""
