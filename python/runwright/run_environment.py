"""The variables that lead to the run."""

from __future__ import annotations

import os
from collections.abc import Mapping

_name = "MLFLOW_RUN_ID"
_at_import = os.environ.get(_name, "")


def run_environment() -> Mapping[str, str]:
    """
    Those of the process, and the id of the run that it was started for: MLflow takes that out of the environment when
    it resumes the run, https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py
    """
    if os.environ.get(_name) or not _at_import:
        return os.environ
    return {**os.environ, _name: _at_import}
