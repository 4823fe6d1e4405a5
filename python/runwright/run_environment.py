"""The variables that lead to the run."""

from __future__ import annotations

import os
from collections.abc import Mapping

_name = "MLFLOW_RUN_ID"
_known = os.environ.get(_name, "")


def run_environment() -> Mapping[str, str]:
    """
    Those of the process, and the id of the run that it was started for, or that its cell is: MLflow takes that out of
    the environment when it resumes the run, https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py
    """
    if os.environ.get(_name) or not _known:
        return os.environ
    return {**os.environ, _name: _known}


def enter_run(run_id: str) -> str:
    """From now on this is the run; gives the id of the one that was it, which is empty where there was none."""
    global _known
    before, _known = _known, run_id
    return before
