"""MLflow's own client, where the notebook uses it. It is never imported here unless that is asked for."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..tracking_server import TrackingServer


def chosen_experiment(server: TrackingServer) -> str | None:
    """That of `mlflow.set_experiment`: the client refuses a run of another one."""
    fluent: Any = sys.modules.get("mlflow.tracking.fluent")
    experiment_id = getattr(fluent, "_active_experiment_id", None)
    if not experiment_id:
        return None
    return str(server.get("experiments/get", experiment_id=str(experiment_id))["experiment"]["name"])


def autolog() -> Callable[[], None] | None:
    """What libraries train is logged from now on, until the function it gives is called. None without the client."""
    if importlib.util.find_spec("mlflow") is None:
        print("Runwright: nothing is logged by itself: the package mlflow is not installed.")
        return None
    import mlflow

    mlflow.autolog(silent=True)

    def end() -> None:
        with suppress(Exception):  # Of a library that has been half loaded.
            mlflow.autolog(disable=True, silent=True)

    return end
