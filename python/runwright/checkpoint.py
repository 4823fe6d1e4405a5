"""`checkpoint()` and `resume()`: a training goes on where it was, whatever ended it."""

from __future__ import annotations

import atexit
import math
import operator
import os
import pickle
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .checkpoint_folder import prune, sort_by_metric, write_checkpoint
from .checkpoint_request import answer_request, is_stopping
from .checkpoint_source import open_newest
from .checkpoint_uploads import CheckpointUploads
from .errors import CheckpointError
from .log import log
from .manifest import Manifest
from .run_artifacts import find_run_artifacts
from .run_environment import run_environment
from .state_format import read_state
from .world import world

_exit_wait_seconds = 30.0
_stop_wait_seconds = 5.0
"""Who is asked to end by SIGTERM is killed soon after; the checkpoint is safe on disk by then."""

_uploads: dict[Path, CheckpointUploads] = {}


@dataclass(frozen=True)
class Checkpoint:
    """What `resume()` found."""

    state: Any
    step: int
    metric: float | None
    path: Path


def checkpoint(
    state: Any,
    step: int,
    *,
    metric: float | None = None,
    mode: str = "min",
    keep_last: int = 3,
    keep_best: int = 1,
    folder: str | os.PathLike[str] | None = None,
    upload: bool = True,
) -> Path | None:
    """
    Saves `state` as it is after `step`. When it returns, the checkpoint survives a kill and a loss of power.

    `state` is anything that can be pickled; dicts of numbers, texts, numpy arrays and state_dicts of torch load again
    without trusting the file. Kept are the last `keep_last` checkpoints and the best `keep_best` by `metric`, which is
    better when it is lower, or higher with `mode="max"`. They go to `folder`, else RUNWRIGHT_CHECKPOINT_DIR, else
    `.runwright/checkpoints/RUN`, and from there in the background to the artifacts of the run, if it has a server.

    Among several ranks only rank 0 writes; the others get None. Raises CheckpointError when it could not be written
    (a full disk): earlier checkpoints are still there. A failed upload only logs a warning.
    """
    step = operator.index(step)
    if step < 0:
        raise ValueError(f"step is {step}; it counts from 0.")
    if mode not in ("min", "max"):
        raise ValueError(f'mode is {mode!r}; "min" and "max" are known.')
    if keep_last < 1 or keep_best < 0:
        raise ValueError(f"keep_last is {keep_last} and keep_best {keep_best}; at least the last one is kept.")
    answer_request()
    if not world().is_main:
        return None
    place = checkpoint_folder(run_environment(), folder)
    try:
        manifest = write_checkpoint(place, state, step, _number(metric))
    except OSError as error:
        reason = error.strerror or error
        raise CheckpointError(
            f"The checkpoint of step {step} could not be written to {place}: {reason}. Earlier ones are untouched. "
            "Free some space, or set RUNWRIGHT_CHECKPOINT_DIR to another folder."
        ) from error
    try:
        gone = prune(place, keep_last=keep_last, keep_best=keep_best, mode=mode)
    except OSError as error:
        gone = []
        log.warning("Old checkpoints in %s could not be removed: %s", place, error)
    if upload:
        _upload(place, manifest, gone)
    return place / manifest.state_name


def resume(
    *,
    best: bool = False,
    mode: str = "min",
    folder: str | os.PathLike[str] | None = None,
    map_location: Any = "cpu",
    trusted: bool = False,
) -> Checkpoint | None:
    """
    The newest valid checkpoint, or with `best` the one with the best metric; None when there is none yet.

    Torn and changed ones are skipped with a warning. Where the run's artifacts have a newer one than the folder, it is
    downloaded; such a one may hold only data (numbers, texts, containers, arrays, tensors) unless you say `trusted`,
    because a pickle from elsewhere can run code. `map_location` is torch's.

    Raises CheckpointError when the newest valid one cannot be loaded, as when a class of it is missing: going on from
    an older one would lose work in silence.
    """
    place = checkpoint_folder(run_environment(), folder)

    def order(manifests: list[Manifest]) -> list[Manifest]:
        return sort_by_metric(manifests, mode) if best else manifests

    with open_newest(place, order, find_run_artifacts(run_environment())) as found:
        if found is None:
            return None
        manifest, file = found
        try:
            data_only = manifest.is_fetched and not trusted
            state = read_state(file, manifest.format, map_location=map_location, data_only=data_only)
        except Exception as error:
            raise CheckpointError(_explain(manifest, place, error)) from error
    return Checkpoint(state, manifest.step, manifest.metric, place / manifest.state_name)


def wait_for_uploads(timeout_seconds: float = _exit_wait_seconds) -> bool:
    """Whether all checkpoints are on the server within that time. At its end the program waits by itself."""
    return _wait_for_uploads(timeout_seconds)


def checkpoint_folder(env: Mapping[str, str], folder: str | os.PathLike[str] | None = None) -> Path:
    """Without a run it is named after the script, so that two scripts in one folder do not mix."""
    chosen = folder or env.get("RUNWRIGHT_CHECKPOINT_DIR")
    if chosen:
        return Path(chosen).absolute()
    run_id = env.get("MLFLOW_RUN_ID", "")
    if not re.fullmatch(r"[a-zA-Z0-9][\w\-]{0,255}", run_id):
        run_id = re.sub(r"\W", "-", Path(sys.argv[0] if sys.argv else "").stem) or "interactive"
    return (Path(".runwright") / "checkpoints" / run_id).absolute()


def _number(metric: float | None) -> float | None:
    """Also of a tensor or array of one number. NaN is never the best."""
    value = None if metric is None else float(metric)
    return None if value is None or math.isnan(value) else value


def _upload(folder: Path, saved: Manifest, gone: list[Manifest]) -> None:
    uploads = _uploads.get(folder)
    if uploads is None or uploads.pid != os.getpid():
        artifacts = find_run_artifacts(run_environment())
        if artifacts is None:
            return
        if not _uploads:
            atexit.register(_wait_at_exit)
        uploads = _uploads[folder] = CheckpointUploads(folder, artifacts)
    uploads.notify(saved, gone)


def _wait_at_exit() -> None:
    if not _wait_for_uploads(_stop_wait_seconds if is_stopping() else _exit_wait_seconds, is_end=True):
        log.warning("The program ends before its last checkpoints were uploaded; they are on disk.")


def _wait_for_uploads(timeout_seconds: float, *, is_end: bool = False) -> bool:
    end = time.monotonic() + timeout_seconds
    mine = [each for each in _uploads.values() if each.pid == os.getpid()]
    return all([each.wait(end - time.monotonic(), is_end=is_end) for each in mine])


def _explain(manifest: Manifest, folder: Path, error: Exception) -> str:
    what = f"The checkpoint of step {manifest.step} in {folder} is whole, but could not be loaded: {error}."
    if manifest.is_fetched and isinstance(error, pickle.UnpicklingError):
        return f"{what} It came from the tracking server; resume(trusted=True) loads all of it, also code."
    return what
