"""Tables, as text and as HTML."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

_most_rows = 1000
_most_characters = 200
_most_text_characters = 100


@dataclass(frozen=True)
class Table:
    title: str
    columns: Sequence[str]
    """Empty where the rows are names with their values, and need no head."""
    rows: Sequence[Sequence[Any]]


def format_value(value: Any) -> str:
    """Numbers with at most six significant digits, which is what a person compares."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _most_characters else text[: _most_characters - 1] + "…"


def format_time(milliseconds: float) -> str:
    """Since 1970-01-01 UTC; in the time of this machine."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(milliseconds / 1000))


def format_duration(milliseconds: float) -> str:
    """For example `850 ms`, `12.3 s`, `4 min 10 s`, `2 h 5 min`."""
    if milliseconds < 1000:
        return f"{max(0, round(milliseconds))} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(int(milliseconds / 1000), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{minutes} min {seconds} s" if hours == 0 else f"{hours} h {minutes_left} min"


def to_text(tables: Iterable[Table]) -> str:
    return "\n\n".join("\n".join(_text_lines(table)) for table in tables)


def _text_lines(table: Table) -> list[str]:
    head = [[*table.columns]] if table.columns else []
    cells = [*head, *([_one_line(value) for value in row] for row in table.rows[:_most_rows])]
    widths = [max(map(len, column)) for column in zip(*cells)]
    numbers = _number_columns(table)
    lines = [
        "  ".join(_pad(text, width, place in numbers) for place, (text, width) in enumerate(zip(row, widths))).rstrip()
        for row in cells
    ]
    return [*([table.title] if table.title else []), *lines, *_left_out(table)]


def _one_line(value: Any) -> str:
    text = "".join(each if each.isprintable() else "�" for each in format_value(value))
    return text if len(text) <= _most_text_characters else text[: _most_text_characters - 1] + "…"


def _pad(text: str, width: int, is_number: bool) -> str:
    return text.rjust(width) if is_number else text.ljust(width)


def to_html(tables: Iterable[Table]) -> str:
    """Colours and fonts are those of whatever shows it."""
    return "".join(_html(table) for table in tables)


def _html(table: Table) -> str:
    numbers = _number_columns(table)
    title = f'<div style="margin: 0.6em 0 0.2em"><b>{escape(table.title)}</b></div>' if table.title else ""
    head = "".join(_html_cell("th", name, place in numbers) for place, name in enumerate(table.columns))
    rows = "".join(
        "<tr>" + "".join(_html_cell("td", format_value(v), p in numbers) for p, v in enumerate(row)) + "</tr>"
        for row in table.rows[:_most_rows]
    )
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    more = "".join(f"<div>{line}</div>" for line in _left_out(table))
    return f"{title}<table>{top}<tbody>{rows}</tbody></table>{more}"


def _html_cell(tag: str, text: str, is_number: bool) -> str:
    return f'<{tag} style="text-align: {"right" if is_number else "left"}">{escape(text)}</{tag}>'


def _number_columns(table: Table) -> set[int]:
    """Those that stand to the right: of numbers and nothing else."""
    columns = enumerate(zip(*table.rows)) if table.columns else ()
    return {place for place, values in columns if all(_is_number_or_none(value) for value in values)}


def _is_number_or_none(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _left_out(table: Table) -> list[str]:
    left = len(table.rows) - _most_rows
    return [f"… and {left:,} more"] if left > 0 else []
