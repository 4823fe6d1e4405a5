"""Says what the client finds of traces at MLFLOW_TRACKING_URI, but for what is different in every store."""

import json
import os
import re

from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

client = MlflowClient()
# What says where things are, what the client that asks has added, and what an import leaves.
left_out = {
    "mlflow.artifactLocation",
    "mlflow.trace.spansLocation",
    "mlflow.trace.infoFinalized",
    "runwright.import.fingerprint",
}


def kept(entries):
    return {key: value for key, value in entries.items() if key not in left_out}


def describe_span(span):
    links = [link.to_dict() for link in span.links]
    return {**span.to_dict(), "inputs": span.inputs, "outputs": span.outputs, "links": links}


def describe_assessment(assessment):
    return {**assessment.to_dictionary(), "valid": assessment.valid is not False}


def describe(trace_id):
    trace = client.get_trace(trace_id)
    info = trace.info
    ids = re.findall(r"mlflow-attachment://([0-9a-f-]+)", info.response_preview or "")
    files = get_artifact_repository(info.tags["mlflow.artifactLocation"])
    return {
        "id": info.trace_id,
        "experiment": client.get_experiment(info.experiment_id).name,
        "time": info.request_time,
        "length": info.execution_duration,
        "state": str(info.state),
        "request": info.request_preview,
        "response": info.response_preview,
        "metadata": kept(info.trace_metadata),
        "tags": kept(info.tags),
        "assessments": sorted(map(describe_assessment, info.assessments), key=lambda each: each["assessment_id"]),
        "spans": sorted(map(describe_span, trace.data.spans), key=lambda span: span["span_id"]),
        "attachments": [files.download_trace_attachment(each).hex() for each in ids],
    }


print(json.dumps({"traces": [describe(trace_id) for trace_id in json.loads(os.environ["TRACES"])]}))
