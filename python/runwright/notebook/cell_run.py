"""A cell as a run of a tracking server."""

from __future__ import annotations

import getpass
import io
import os
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from ..data_records import records
from ..run_artifacts import NoProxiedArtifacts, RunArtifacts
from ..run_environment import enter_run
from ..tracking_server import ServerRefused, TrackingServer

_pauses_seconds = (0.2, 0.5, 1.0)

Files = Mapping[str, tuple[BinaryIO, int]]
"""Open files with their sizes in bytes, by their paths among the artifacts."""


@dataclass
class CellRun:
    """What is known of it, as its JSON has it. Times are milliseconds since 1970-01-01 UTC."""

    server: TrackingServer
    artifacts: RunArtifacts
    run_id: str
    name: str
    experiment: str
    experiment_id: str
    start_time: int
    params: dict[str, str]
    status: str = "RUNNING"
    end_time: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    execution_id: str = ""
    """Of the cell in a kernel of Runwright's."""
    _before: dict[str, str | None] = field(default_factory=dict)
    _run_before: str = ""

    def enter(self) -> None:
        """What the cell calls, MLflow's client and this package, logs to the run."""
        self._run_before = enter_run(self.run_id)
        variables = {
            "MLFLOW_RUN_ID": self.run_id,
            "MLFLOW_EXPERIMENT_ID": self.experiment_id,
            "MLFLOW_TRACKING_URI": self.server.uri,
        }
        kind, _, token = self.server.headers.get("Authorization", "").partition(" ")
        if kind == "Bearer":
            variables["MLFLOW_TRACKING_TOKEN"] = token
        self._before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)

    def leave(self) -> None:
        mlflow = sys.modules.get("mlflow")
        with suppress(Exception):  # A client that is in the midst of something else keeps its run.
            active = mlflow.active_run() if mlflow is not None else None
            if mlflow is not None and active is not None and active.info.run_id == self.run_id:
                mlflow.end_run()
        records.send()
        enter_run(self._run_before)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def finish(self, error: BaseException | None, metrics: Mapping[str, float], files: Files) -> None:
        """
        With its files, by their paths. An engine that was killed is back in a second. Raises OSError, ValueError and
        ServerRefused; what has become of the cell is known in any case.
        """
        self.end_time = _now()
        self.status = "FINISHED" if error is None else "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"
        self.metrics = dict(metrics)
        for pause_seconds in _pauses_seconds:
            try:
                self._tell_end(files)
                return
            except OSError:
                time.sleep(pause_seconds)
        self._tell_end(files)

    def _tell_end(self, files: Files) -> None:
        self.upload(files)
        if self.metrics:
            logged = [{"key": k, "value": v, "timestamp": self.end_time, "step": 0} for k, v in self.metrics.items()]
            self.server.post("runs/log-batch", {"run_id": self.run_id, "metrics": logged})
        self._keep_notebook()
        ended = {"run_id": self.run_id, "status": self.status, "end_time": self.end_time}
        self.server.post("runs/update", ended)

    def _keep_notebook(self) -> None:
        """Only the engine knows all that was run and shown. Another server, or an older engine, keeps none."""
        kernel_id = os.environ.get("RUNWRIGHT_KERNEL", "")
        if kernel_id and self.execution_id:
            asked = {"runId": self.run_id, "kernelId": kernel_id, "executionId": self.execution_id}
            with suppress(ServerRefused, ValueError):
                self.server.call("kernels/keep-notebook", asked)

    def upload(self, files: Files) -> None:
        """Raises OSError and ValueError."""
        with suppress(NoProxiedArtifacts):
            for path, (content, size_bytes) in files.items():
                content.seek(0)
                self.artifacts.upload(path, content, size_bytes)


def start_run(
    server: TrackingServer, source: str, *, name: str | None, experiment: str, params: dict[str, str]
) -> CellRun:
    """Raises OSError, ValueError and ServerRefused."""
    experiment_id = _ensure_experiment(server, experiment)
    tags = {
        "mlflow.source.type": "NOTEBOOK",
        "mlflow.source.name": os.environ.get("JPY_SESSION_NAME"),
        "mlflow.user": _user(),
    }
    start_time = _now()
    asked = {
        "experiment_id": experiment_id,
        "start_time": start_time,
        "tags": [{"key": key, "value": value} for key, value in tags.items() if value],
        **({"run_name": name} if name else {}),
    }
    info = server.post("runs/create", asked)["run"]["info"]
    run_id = info["run_id"]
    artifacts = RunArtifacts(server.uri, run_id, server.headers, root_uri=info.get("artifact_uri"))
    run = CellRun(
        server, artifacts, run_id, info.get("run_name", ""), experiment, experiment_id, start_time, params
    )
    if params:
        logged = [{"key": key, "value": value} for key, value in params.items()]
        server.post("runs/log-batch", {"run_id": run.run_id, "params": logged})
    run.upload({"code/cell.py": _file_of(source)})
    return run


def describe_error(error: BaseException) -> str:
    """As a program prints it, from the first frame that is not the notebook's own."""
    trace = error.__traceback__
    while trace is not None and "IPython" in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def _ensure_experiment(server: TrackingServer, name: str) -> str:
    try:
        found = server.get("experiments/get-by-name", experiment_name=name)
        return str(found["experiment"]["experiment_id"])
    except ServerRefused as error:
        if error.code != "RESOURCE_DOES_NOT_EXIST":
            raise
    return str(server.post("experiments/create", {"name": name})["experiment_id"])


def _file_of(text: str) -> tuple[BinaryIO, int]:
    content = text.encode()
    return io.BytesIO(content), len(content)


def _user() -> str:
    with suppress(Exception):  # A user without a name.
        return getpass.getuser()
    return ""


def _now() -> int:
    return int(time.time() * 1000)
