"""Text that stands in one line where it fits, and else on lines of its own."""

from __future__ import annotations

from typing import NamedTuple

WIDTH = 80
_INDENT = 2


class Layout(NamedTuple):
    """A text in one line, and how to break it: opening, items, separator, closing."""

    flat: str
    opening: str = ""
    items: tuple[Layout, ...] = ()
    separator: str = ""
    closing: str = ""

    def after(self, prefix: str) -> Layout:
        """Put a word before it."""
        return self._replace(flat=prefix + self.flat, opening=prefix + self.opening)


def block(opening: str, items: list[Layout], separator: str, closing: str) -> Layout:
    """Enclose items: a brace stands apart from them, a parenthesis does not."""
    if not items:
        return Layout(opening + closing)
    space = " " if opening == "{" else ""
    inner = f"{separator} ".join(item.flat for item in items)
    flat = f"{opening}{space}{inner}{space}{closing}"
    return Layout(flat, opening, tuple(items), separator, closing)


def rendered(layout: Layout, indent: int = 0, column: int = 0, trailing: int = 0) -> str:
    """Write it at `column`, breaking what with `trailing` more characters is over `WIDTH`."""
    if not layout.items or column + len(layout.flat) + trailing <= WIDTH:
        return layout.flat
    inner = indent + _INDENT
    lines = [
        f"\n{' ' * inner}{rendered(item, inner, inner, len(layout.separator))}{layout.separator}"
        for item in layout.items
    ]
    return f"{layout.opening}{''.join(lines)}\n{' ' * indent}{layout.closing}"
