"""Lines of batches, as the batcher takes them."""

from __future__ import annotations

import json
from typing import Any


def line_for(custom_id: str, prompt: str = "why?", **fields: Any) -> str:
    """Write a line of one user message, with fields replaced or added."""
    request = {"model": "smol", "messages": [{"role": "user", "content": prompt}], "max_tokens": 8}
    return json.dumps({"custom_id": custom_id, "request": request | fields})
