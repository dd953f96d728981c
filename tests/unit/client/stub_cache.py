"""A cache that is none: pages of made-up answers, and imports judged by their checksum."""

from __future__ import annotations

import hashlib
from typing import Any

from refrain.client.connection import Connection

Row = dict[str, str]


def row(content: str) -> Row:
    """Make a transferred answer whose checksum fits."""
    header = f"v2|{len(content)}|"
    return {
        "header": header,
        "content": content,
        "checksum": hashlib.sha256(f"{header}{content}".encode()).hexdigest(),
    }


class StubCache:
    """Stands for the network and its cache; `imports` are the pages that came."""

    def __init__(self, contents: list[str], page_rows: int = 2) -> None:
        """Hold an answer for each content, so many a page."""
        self.rows = [row(content) for content in contents]
        self.imports: list[list[Row]] = []
        self.taken: list[str] = []
        self.busy_times = 0
        self.refusal: dict[str, Any] | None = None
        self.name = ""
        self._page_rows = page_rows

    def connection(self, cache: str = "cache-principal") -> Connection:
        """Connect to it, under a principal of the cache's."""
        network: Any = self
        self.name = cache
        names = {"cache": cache, "batcher": "batcher-principal"}
        return Connection(network, "url", 1, "operator", names, "toy@1:none", None)

    def query(self, _canister: str, method: str, args: list[Any], _sender: str) -> Any:
        """Answer `export_page` with what begins at the cursor, and `shards` with one cache."""
        if method == "shards":
            return {"caches": [{"cache": self.name, "state": "serving"}], "move": 0}
        assert method == "export_page"
        if self.refusal is not None:
            return {"Refused": self.refusal}
        [cursor] = args
        start = int(cursor or 0)
        end = start + self._page_rows
        following = str(end) if end < len(self.rows) else ""
        return {"Exported": {"rows": self.rows[start:end], "next": following}}

    def update(self, _canister: str, method: str, args: list[Any], _sender: str) -> Any:
        """Answer `import_page`; what was taken before is present."""
        assert method == "import_page"
        if self.refusal is not None:
            return {"Refused": self.refusal}
        [rows] = args
        self.imports.append(rows)
        return {"Imported": [self._taken(one) for one in rows]}

    def _taken(self, one: Row) -> str:
        content = one["content"]
        if one != row(content):
            return "damaged"
        if self.busy_times:
            self.busy_times -= 1
            return "refused: Busy"
        if content in self.taken:
            return "present"
        self.taken.append(content)
        return "imported"
