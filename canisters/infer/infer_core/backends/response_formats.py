"""A response format as providers want it."""

from typing import Any

from infer_core.foreign_json import parse_foreign
from refrain_core.request_checks import JSON_OBJECT

__all__ = ["JSON_OBJECT", "bare_schema", "schema_field"]


def schema_field(response_format: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return OpenAI's json_schema of a checked schema and what is said beside it."""
    schema = {"name": "answer", "strict": True}
    schema.update(options)
    schema["schema"] = parse_foreign(response_format)
    return schema


def bare_schema(response_format: str) -> Any:
    """Return the schema alone; any JSON object is one without further demands."""
    return {"type": "object"} if response_format == JSON_OBJECT else parse_foreign(response_format)
