"""
What data a run had to do with, told to its tracking server in the background.

It never fails the run and never holds it up: what cannot be told in time is left out, with a warning.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from .data_repository import DataVersion
from .log import log
from .run_artifacts import find_run_artifacts
from .run_environment import run_environment

_tries = 4
_timeout_seconds = 5.0
_end_seconds = 8.0
_period_seconds = 1.0


class DataRecords:
    """One for a process. Each version is told once of each run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: set[tuple[str, str, str, str]] = set()
        self._waiting: list[tuple[str, dict[str, Any]]] = []
        self._looks: list[Callable[[], None]] = []
        self._last_looks: list[Callable[[], None]] = []
        self._is_started = False

    def start(self, look: Callable[[], None] | None = None) -> None:
        """Tells from now on what is noted, once a second and at the end. `look` is called before, to note more."""
        with self._lock:
            if look is not None:
                self._looks.append(look)
            if self._is_started:
                return
            self._is_started = True
        atexit.register(self._finish)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_in_child)
        self._start_thread()

    def at_end(self, look: Callable[[], None]) -> None:
        """`look` is called once, at the end of the program, to note more."""
        self._last_looks.append(look)
        self.start()

    def _start_thread(self) -> None:
        self._over = threading.Event()
        threading.Thread(target=self._run, name="runwright-data", daemon=True).start()

    def _start_in_child(self) -> None:
        self._lock = threading.Lock()
        self._start_thread()
        multiprocessing = sys.modules.get("multiprocessing.util")
        if multiprocessing is not None:
            # A worker of multiprocessing ends by what it registers itself, after it has forgotten all that was before.
            multiprocessing.register_after_fork(self, _finish_worker)

    def _run(self) -> None:
        while not self._over.wait(_period_seconds):
            self._look()
            self.send()

    def _finish(self) -> None:
        self._over.set()
        self._look()
        for look in self._last_looks:
            look()
        self.send(is_end=True)

    def _look(self) -> None:
        for look in self._looks:
            try:
                look()
            except Exception:  # A path or a `.dvc` file of a kind that nobody thought of.
                pass

    def note(self, version: DataVersion, context: str, found: str) -> None:
        """`context` is MLflow's: `output` for what the run wrote. `found` is `declared` or `opened`."""
        dataset = version.dataset()
        role = "output" if context == "output" else "input"
        # When it is told, another cell of a notebook may be the run.
        run_id = run_environment().get("MLFLOW_RUN_ID", "")
        with self._lock:
            key = (dataset["name"], dataset["digest"], role, run_id)
            if key in self._told:
                return
            self._told.add(key)
            tags = {"mlflow.data.context": context, "runwright.data.found": found}
            told = {"dataset": dataset, "tags": [{"key": k, "value": v} for k, v in tags.items()]}
            self._waiting.append((run_id, told))

    def send(self, *, is_end: bool = False) -> None:
        """Tells what was noted since the last time. Blocks."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        pause_seconds, started = 0.2, time.monotonic()
        for tries_left in reversed(range(_tries if is_end else 1)):
            try:
                while waiting:
                    run_id = waiting[0][0]
                    _post(run_id, [told for of, told in waiting if of == run_id])
                    waiting = [each for each in waiting if each[0] != run_id]
                return
            except Exception as error:  # Whatever it is, the training goes on.
                if tries_left > 0 and time.monotonic() - started < _end_seconds:
                    time.sleep(pause_seconds)
                    pause_seconds *= 2
                    continue
                if is_end:
                    log.warning("The data that this run used could not be recorded: %s", error)
                break
        with self._lock:
            self._waiting = waiting + self._waiting


def _finish_worker(records: DataRecords) -> None:
    sys.modules["multiprocessing.util"].Finalize(None, records._finish, exitpriority=0)


def _post(run_id: str, datasets: list[dict[str, Any]]) -> None:
    run = find_run_artifacts({**os.environ, "MLFLOW_RUN_ID": run_id})
    if run is not None:
        body = json.dumps({"run_id": run_id, "datasets": datasets}).encode()
        run.post("runs/log-inputs", body, _timeout_seconds)


records = DataRecords()
