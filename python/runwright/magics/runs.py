"""`%runs`: the runs of the workspace."""

from __future__ import annotations

from typing import Any

from ..notebook.command_line import run_command
from ..notebook.options import split_words
from ..notebook.shown import Shown
from ..notebook.tables import Table, format_duration, format_time

summary = "lists runs by experiment, newest first, with the best one marked"
usage = "%runs [--experiment NAME] [--filter TEXT] [--order CLAUSE] [--limit COUNT]"

_most_params = 4


def run(shell: Any, line: str) -> Shown:
    data = run_command(["runs", "list", *split_words("%runs", line)]).data
    return Shown("runs", data, [_table(section) for section in data["experiments"]])


def _table(section: dict[str, Any]) -> Table:
    runs, total, headline = section["runs"], section["total"], section["headline"]
    places = _shown_columns(section)
    columns = ["", "RUN", "NAME", "STATUS", *(section["columns"][place]["key"] for place in places), "STARTED", "TOOK"]
    goal = f", best = {'highest' if headline['goal'] == 'maximize' else 'lowest'} {headline['key']}" if headline else ""
    count = f"{total}" if len(runs) == total else f"{len(runs)} of {total}"
    rows = [
        [
            "★" if each["runId"] == section["bestRunId"] else "",
            each["runId"][:8],
            each["name"],
            each["status"],
            *(each["values"][place] for place in places),
            format_time(each["startTime"]),
            format_duration(each["endTime"] - each["startTime"]) if each.get("endTime") else "",
        ]
        for each in runs
    ]
    return Table(f"{section['experiment']} ({count} {'run' if total == 1 else 'runs'}{goal})", columns, rows)


def _shown_columns(section: dict[str, Any]) -> list[int]:
    """The metric, and params in which the runs differ."""
    kinds = [column["kind"] for column in section["columns"]]
    differing = [
        place
        for place, each in enumerate(kinds)
        if each == "param" and len({str(run["values"][place]) for run in section["runs"]}) > 1
    ]
    return [place for place, each in enumerate(kinds) if each == "metric"] + differing[:_most_params]
