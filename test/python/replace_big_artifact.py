"""Logs two files of 50 MB under one name, one after the other, and prints, as JSON, what comes back."""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
# What this script prints is read as JSON.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"

import mlflow

size_bytes = 50_000_000


def hash_of(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


logged = []
read = []
with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
    file = Path(folder, "model.bin")
    for _ in range(2):
        file.write_bytes(os.urandom(size_bytes))
        mlflow.log_artifact(file, "checkpoints")
        logged.append(hash_of(file))
        read.append(hash_of(mlflow.artifacts.download_artifacts(f"runs:/{run.info.run_id}/checkpoints/model.bin")))

json.dump({"runId": run.info.run_id, "logged": logged, "read": read}, sys.stdout)
