"""Saves checkpoints of the run in MLFLOW_RUN_ID, kills the engine meanwhile, resumes elsewhere; prints it as JSON."""

import hashlib
import json
import logging
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "python"))

from runwright import CheckpointError, checkpoint, resume, wait_for_uploads

logging.basicConfig(stream=sys.stderr)


class Custom:
    pass


def save(first, last, **options):
    for step in range(first, last + 1):
        checkpoint({"step": step, "noise": os.urandom(300_000)}, step, metric=abs(step - 2), keep_last=2, **options)


def hashes():
    folder = Path(".runwright/checkpoints", os.environ["MLFLOW_RUN_ID"])
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("step-*")}


def step_of(found):
    return None if found is None else [found.step, found.state["step"]]


def resume_in(folder, **options):
    os.environ["RUNWRIGHT_CHECKPOINT_DIR"] = folder
    try:
        return step_of(resume(**options))
    except CheckpointError as error:
        return str(error)
    finally:
        del os.environ["RUNWRIGHT_CHECKPOINT_DIR"]


result = {}
save(1, 5)
result["uploaded"] = wait_for_uploads(60)
result["steps"] = sorted(int(name.split("-")[1]) for name in hashes() if name.endswith(".json"))
result["elsewhere"] = resume_in("elsewhere")
result["bestElsewhere"] = resume_in("elsewhere-best", best=True)

os.kill(int(os.environ["ENGINE_PID"]), signal.SIGKILL)
save(6, 8)
result["savedWithoutEngine"] = step_of(resume())
result["uploadedAfterKill"] = wait_for_uploads(60)
result["newerThanTheFolder"] = resume_in("elsewhere")

checkpoint({"step": 9, "object": Custom()}, 9)
wait_for_uploads(60)
result["untrusted"] = resume_in("elsewhere")
result["trusted"] = resume_in("elsewhere", trusted=True)
result["hashes"] = hashes()
json.dump(result, sys.stdout)
