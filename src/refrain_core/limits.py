"""The bounds of one request, shared by the canisters and their clients.

Prompt bounds follow the first specification: a prompt over 8,000 characters (about 2,000 tokens)
is cut to its essential messages, one over 64,000 is refused.
"""

PUBLIC = "public"
"""The namespace that every caller shares."""

SHARED_PREFIX = "shared:"
"""Begins the name of a namespace that its listed members share; no principal has a colon."""

ANONYMOUS = "2vxsx-fae"
"""The principal of callers that did not sign."""

SOFT_PROMPT_CHARACTERS = 8_000
"""A longer prompt is truncated before it is sent to a model."""

MAX_PROMPT_CHARACTERS = 64_000
"""A longer prompt is refused as TooLarge."""

MAX_MESSAGES = 256
MAX_STOPS = 8
MAX_STOP_CHARACTERS = 256
MAX_MODEL_CHARACTERS = 200
MAX_RESPONSE_FORMAT_CHARACTERS = 8_000
MAX_EXTRA_CHARACTERS = 16_000
MAX_EXTRA_NESTING = 32
MAX_PARAMETER_NAME_CHARACTERS = 64
MAX_SHARED_NAME_CHARACTERS = 64

DEFAULT_NEW_TOKENS = 512
"""Tokens asked of a model in one round where the caller names no max_tokens."""

MAX_NEW_TOKENS = 32_768
MAX_TEMPERATURE_MICROS = 2_000_000
MIN_TOP_P_MICROS = 1
MAX_TOP_P_MICROS = 1_000_000

MAX_RESPONSE_BYTES = 2_000_000
"""The Internet Computer's bound on the reply of one HTTP outcall, headers included."""

MAX_NEGATIVE_TTL_S = 300
"""The longest that a failure is remembered instead of asking again."""

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second: `ic.time()` counts the former, timers the latter."""
