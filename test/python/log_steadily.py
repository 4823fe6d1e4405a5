"""Logs a metric by one request a step, and says after each that it is logged."""

import os

# The lines below are all that this script prints.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"

import mlflow

with mlflow.start_run():
    for step in range(200):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
        print(f"logged step {step}.", flush=True)
