"""`%compress`: a smaller version of a model."""

from __future__ import annotations

from typing import Any

from ..notebook.options import split_words
from ..notebook.show_command import show_command
from ..notebook.shown import Shown, tables_of
from ..notebook.tables import Table

summary = "looks for the smallest and fastest version of an ONNX model that is good enough"
usage = "%compress MODEL.onnx --data DATA --goal GOAL --out FILE … as behind “runwright compress”"


def run(shell: Any, line: str) -> Shown | None:
    return show_command("compression", ["compress", *split_words("%compress", line)], _tables, is_long=True)


def _tables(found: Any) -> list[Table]:
    """Of a search: each candidate beside the original. Of all else what there is."""
    if not isinstance(found, dict) or "candidates" not in found:
        return tables_of(found)
    candidates, original = found["candidates"], found["original"]["measurements"]
    measures = list(dict.fromkeys([*original, *(name for each in candidates for name in each["measurements"])]))
    rows = [["", "", "original", *_values(original, measures), ""]]
    for each in candidates:
        mark = "★" if each["number"] == found.get("recommended") else ""
        good = "yes" if each["isGood"] else "no"
        rows.append([mark, each["number"], each["name"], *_values(each["measurements"], measures), good])
    end = [] if "recommended" in found else [Table("None is good enough.", [], [])]
    return [Table(found["model"], ["", "NO", "MODEL", *(name.upper() for name in measures), "GOOD"], rows), *end]


def _values(measurements: dict[str, Any], measures: list[str]) -> list[Any]:
    return [measurements.get(name, {}).get("value") for name in measures]
