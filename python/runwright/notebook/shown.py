"""What a magic gives: data, which notebooks show as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .tables import Table, to_html, to_text


class Shown:
    """
    `data` is what the command line prints with `--json`. It is shown as `application/vnd.runwright.THING+json` where
    that is known, as HTML elsewhere, and as text.
    """

    def __init__(self, thing: str, data: Any, tables: Sequence[Table]) -> None:
        self.data = data
        self._thing = thing
        self._tables = tables

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            f"application/vnd.runwright.{self._thing}+json": self.data,
            "text/html": to_html(self._tables),
            "text/plain": repr(self),
        }

    def __repr__(self) -> str:
        return to_text(self._tables) or "There is nothing to show."


def tables_of(data: Any, title: str = "") -> list[Table]:
    """Data without a form of its own: lists of objects as tables, and objects as names with their values."""
    if isinstance(data, list) and data and all(isinstance(each, dict) for each in data):
        return [_rows_of(data, title)]
    if not isinstance(data, dict):
        return [] if data in ([], None) else [Table(title, [], [[data]])]
    inner = {key: value for key, value in data.items() if _is_nested(value)}
    plain = [[_words(key), value] for key, value in data.items() if key not in inner and value not in ([], {}, None)]
    first = [Table(title, [], plain)] if plain else []
    return [*first, *(table for key, value in inner.items() for table in tables_of(value, _words(key)))]


def _rows_of(data: Sequence[dict[str, Any]], title: str) -> Table:
    keys = list(dict.fromkeys(key for each in data for key in _flat(each)))
    flat = [_flat(each) for each in data]
    return Table(title, [_words(key) for key in keys], [[each.get(key) for key in keys] for each in flat])


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Objects in a row become columns of their own."""
    pairs: Iterable[tuple[str, Any]] = (
        (f"{key} {inner}" if isinstance(value, dict) else key, each)
        for key, value in record.items()
        for inner, each in (value.items() if isinstance(value, dict) else [("", value)])
    )
    return dict(pairs)


def _is_nested(value: Any) -> bool:
    if isinstance(value, dict):
        return len(value) > 0
    return isinstance(value, list) and len(value) > 0 and isinstance(value[0], dict)


def _words(key: str) -> str:
    """`sizeBytes` is for programs, `size bytes` for people."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in key).replace("_", " ").strip()
