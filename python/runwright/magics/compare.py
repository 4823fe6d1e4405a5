"""`%compare`: where runs differ."""

from __future__ import annotations

from typing import Any

from ..notebook.command_line import run_command
from ..notebook.options import split_words
from ..notebook.shown import Shown
from ..notebook.tables import Table, format_time

summary = "shows where runs differ: params, metrics, code, environment, data, artifacts"
usage = "%compare RUN RUN… [--all] [--artifacts]"


def run(shell: Any, line: str) -> Shown:
    data = run_command(["compare", *split_words("%compare", line)]).data
    if "sections" not in data:
        from ..notebook.shown import tables_of

        return Shown("artifact-comparison", data, tables_of(data))
    names = _names(data["runs"])
    head = Table(
        "",
        ["RUN", "NAME", "STATUS", "STARTED"],
        [[run["runId"][:8], run["name"], run["status"], format_time(run["startTime"])] for run in data["runs"]],
    )
    sections = [
        Table(section["name"], ["", *names], [[row["key"], *row["values"]] for row in section["rows"]])
        for section in data["sections"]
    ]
    equal = [Table("The runs do not differ.", [], [])] if not sections else []
    return Shown("comparison", data, [head, *sections, *equal])


def _names(runs: list[dict[str, Any]]) -> list[str]:
    """With the beginning of the id where a name is not enough."""
    names = [run["name"] for run in runs]
    return [run["name"] if names.count(run["name"]) == 1 else f"{run['name']} {run['runId'][:8]}" for run in runs]
