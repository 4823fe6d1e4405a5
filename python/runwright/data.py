"""Data under version control, by its path: the run records which version it used."""

from __future__ import annotations

import os
from pathlib import Path

from .data_records import records
from .data_repository import find_repository
from .log import log
from .run_environment import run_environment


def data(path: str | os.PathLike[str], context: str = "input") -> str:
    """
    The absolute path of a file or folder, whose version the run records.

    `context` is MLflow's word for what the data is there for, as "training" or "evaluation". Without a run, and for
    what is not under version control, this is the path and nothing else; the latter with a warning.

    Raises FileNotFoundError when it is not there, with what brings it.
    """
    if context == "output":
        raise ValueError('data() is for what is read; "output" is what the run has written.')
    whole = os.path.abspath(os.fspath(path))
    repository = find_repository(Path(whole).parent)
    version = None
    try:
        version = repository.find(whole) if repository is not None else None
    except (OSError, ValueError) as error:
        log.warning("Whether %s is under version control could not be read: %s", path, error)
    if not os.path.exists(whole):
        hint = f': "runwright data pull {version.path}" brings it' if version is not None else ""
        raise FileNotFoundError(f"{path} is not here{hint}.")
    if version is None:
        log.warning('%s is not under version control, so that its version is not recorded: "runwright data add".', path)
    elif run_environment().get("MLFLOW_RUN_ID"):
        records.note(version, context, "declared")
        records.start()
    return whole
