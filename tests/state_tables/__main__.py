"""Draw the state machines of the batcher from their tables.

PYTHONPATH=.:src:canisters/batcher python -m tests.state_tables

writes docs/states.md.
"""

import sys

from tests.state_tables.drawing import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"written: {PAGE.name}\n")
