"""The advice that the platform adds to the text of an execution error.

Texts and anchors as heard from PocketIC 10; source: dfinity/ic,
rs/interfaces/src/execution_environment/errors.rs.
"""

from __future__ import annotations

DOCUMENTATION = "https://internetcomputer.org/docs/current/references/execution-errors"
_HANDLE = (
    "Consider gracefully handling failures from this canister "
    "or altering the canister to handle exceptions."
)
_FEWER_INSTRUCTIONS = (
    "Try optimizing this method to consume fewer instructions "
    "or split the work across multiple messages."
)
_ADVICE = {
    "IC0502": (_HANDLE, "trapped"),
    "IC0503": (_HANDLE, "trapped-explicitly"),
    "IC0514": (
        "Check that you want to overwrite the canister and, if so, use mode='reinstall'.",
        "canister-not-empty",
    ),
    "IC0522": (_FEWER_INSTRUCTIONS, "instruction-limit-exceeded"),
    "IC0536": (
        "Check that the method being called is exported by the target canister.",
        "method-not-found",
    ),
    "IC0537": (
        "Please install code to this canister before calling it.",
        "wasm-module-not-found",
    ),
}
TOOLCHAIN = (
    "If you are running this canister in a test environment (e.g., dfx), make sure the test "
    "environment is up to date. Otherwise, this is likely an error with the compiler/CDK toolchain "
    "being used to build the canister. Please report the error to IC devs on the forum: "
    "https://forum.dfinity.org and include which language/CDK was used to create the canister."
)


def advised(text: str, error_code: str) -> str:
    """An error's text with the advice for its code; unchanged where the platform gives none."""
    if error_code not in _ADVICE:
        return text
    return f"{text}.\n{with_link(*_ADVICE[error_code])}"


def with_link(advice: str, section: str) -> str:
    """An advice that ends in the section of the documentation, if it has one."""
    return f"{advice} See documentation: {DOCUMENTATION}#{section}" if section else advice
