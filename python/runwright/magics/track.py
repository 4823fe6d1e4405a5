"""`%%track`: the cell is a run."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from typing import Any, BinaryIO

from ..notebook.cell_log import CellLog
from ..notebook.cell_run import CellRun, Files, describe_error, start_run
from ..notebook.cell_source import running_source
from ..notebook.find_engine import find_server
from ..notebook.magic_error import MagicError
from ..notebook.mlflow_client import autolog, chosen_experiment
from ..notebook.options import MagicOptions, split_words
from ..notebook.shown import Shown
from ..notebook.simple_params import simple_params
from ..notebook.tables import Table, format_duration
from ..tracking_server import ServerRefused

summary = "makes the cell a run: what it prints and draws, how long it takes and how it ends"
usage = "%%track [NAME] [--experiment NAME] [--params] [--param KEY=VALUE] [--metric VARIABLE] [--autolog]"

_options = MagicOptions("%%track", summary)
_options.add_argument("name", nargs="?", help="what the run is called; a made-up name otherwise")
_options.add_argument("-e", "--experiment", metavar="NAME", help="created when there is none")
_options.add_argument("--params", action="store_true", help="variables that the cell sets to numbers, texts or lists")
_options.add_argument("-p", "--param", metavar="KEY=VALUE", action="append", default=[], help="a param of the run")
_options.add_argument("--metric", metavar="VARIABLE", action="append", default=[], help="logged when the cell ends")
_options.add_argument("--autolog", action="store_true", help="let MLflow's client log what libraries train")


def run(shell: Any, line: str, cell: str | None = None) -> None:
    """
    Starts the run of the cell that is running, which ends with that cell. With `cell`, for who calls the magic by its
    name, a cell of that source is run.
    """
    asked = _options.parse_args(split_words("%%track", line))
    given = dict(_split_param(word) for word in asked.param)
    source = running_source() if cell is None else cell
    found = simple_params(re.sub(r"^(%%.*\n)+", "", source)) if asked.params else {}
    params = {**{key: value for key, value in found.items() if key not in asked.metric}, **given}
    try:
        server = find_server()
        chosen = asked.experiment or chosen_experiment(server) or os.environ.get("MLFLOW_EXPERIMENT_NAME") or "Default"
        tracked = start_run(server, source, name=asked.name, experiment=chosen, params=params)
    except (OSError, ValueError, LookupError, ServerRefused) as error:
        print(f"Runwright: this cell runs, and is no run: {_explain(error)}")
    else:
        tracked.execution_id = _execution_id(shell)
        _TrackedCell(shell, source, tracked, asked.metric, autolog() if asked.autolog else None)
    if cell is not None:
        shell.run_cell(cell)


class _TrackedCell:
    def __init__(
        self, shell: Any, source: str, run: CellRun, metrics: list[str], end_autolog: Callable[[], None] | None
    ) -> None:
        from IPython.display import display

        self.shell = shell
        self.run = run
        self.metrics = metrics
        self.end_autolog = end_autolog
        self.source = source
        self.handle = display(_show(run), display_id=True)
        run.enter()
        self.log = CellLog(shell)
        shell.events.register("post_run_cell", self.end)

    def end(self, result: Any) -> None:
        # A cell may run others, which end before it.
        if result.info.raw_cell != self.source:
            return
        self.shell.events.unregister("post_run_cell", self.end)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            self.log.keep(describe_error(error))
        self.log.stop()
        if self.end_autolog is not None:
            self.end_autolog()
        self.run.leave()
        try:
            self.run.finish(error, _read_metrics(self.shell.user_ns, self.metrics), self._files())
        except (OSError, ValueError, ServerRefused) as trouble:
            print(f"Runwright: the end of run {self.run.name} could not be told: {_explain(trouble)}")
        self.handle.update(_show(self.run))

    def _files(self) -> Files:
        figures = self.log.open_figures()
        files = {f"figures/{name}": (file, size_bytes) for name, file, size_bytes in figures}
        if self.log.size_bytes > 0:
            files["logs/output.log"] = (self.log.file, self.log.size_bytes)
        return files


def _execution_id(shell: Any) -> str:
    """A kernel's cell has that of the message that asked for it; one of a terminal has none."""
    try:
        return str(shell.get_parent()["header"]["msg_id"])
    except (AttributeError, KeyError, TypeError):
        return ""


def _show(run: CellRun) -> Shown:
    data = {
        "runId": run.run_id,
        "name": run.name,
        "experimentId": run.experiment_id,
        "experiment": run.experiment,
        "status": run.status,
        "startTime": run.start_time,
        "endTime": run.end_time,
        "params": run.params,
        "metrics": run.metrics,
    }
    took = [] if run.end_time is None else [format_duration(run.end_time - run.start_time)]
    row = [run.run_id[:8], run.name, run.experiment, run.status, *took]
    columns = ["RUN", "NAME", "EXPERIMENT", "STATUS", *(["TOOK"] if took else [])]
    values = {**run.params, **run.metrics}
    return Shown("run", data, [Table("", [*columns, *values], [[*row, *values.values()]])])


def _read_metrics(variables: dict[str, Any], names: list[str]) -> dict[str, float]:
    """Also of a tensor or array of one number. What is no number is said, and left out."""
    found = {}
    for each in names:
        try:
            found[each] = float(variables[each])
        except (KeyError, TypeError, ValueError):
            print(f"Runwright: the metric {each} is not logged: there is no number of that name.")
    return {key: value for key, value in found.items() if not math.isnan(value)}


def _split_param(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not key or not equals:
        raise MagicError(f"%%track: --param {word} is not KEY=VALUE.")
    return key, value


def _explain(error: Exception) -> str:
    if isinstance(error, ServerRefused) or type(error) in (ValueError, LookupError):
        return str(error)
    return f"the engine cannot be reached ({error}). %runs starts it."
