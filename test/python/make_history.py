"""Fills a store of MLflow's own, at MLFLOW_TRACKING_URI, with what an import has to bring."""

import json
import math
import pathlib
import tempfile

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

client = MlflowClient()


def write(name, text):
    path = pathlib.Path(tempfile.mkdtemp()) / name
    path.write_text(text)
    return str(path)


experiment = client.create_experiment("digits", tags={"team": "vision"})
run = client.create_run(experiment, start_time=1_700_000_000_000, run_name="first", tags={"note": "kept"})
run_id = run.info.run_id
points = [Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(12_000)]
for start in range(0, len(points), 1000):
    client.log_batch(run_id, metrics=points[start : start + 1000])
client.log_batch(
    run_id,
    metrics=[Metric("odd/one", value, 1_700_000_000_000, step) for step, value in enumerate([math.nan, 3.5])],
    params=[Param("lr", "0.1"), Param("net/width", "32")],
    tags=[RunTag("multi\tline".replace("\t", "."), "a\nb")],
)
dataset = Dataset("train", "abc123", "local", '{"uri": "train.csv"}', schema="{}", profile='{"rows": 3}')
client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
client.log_artifact(run_id, write("MLmodel", "flavors: {}\n"), "model")
client.log_artifact(run_id, write("größe.txt", "ünïcode"), "notes/deep")
client.set_terminated(run_id, end_time=1_700_000_900_000)

unfinished = client.create_run(experiment, start_time=1_700_000_100_000, run_name="goes on")
deleted = client.create_run(experiment, start_time=1_700_000_200_000, run_name="gone")
client.delete_run(deleted.info.run_id)
empty = client.create_experiment("forgotten")
client.delete_experiment(empty)

client.create_registered_model("reader", tags={"kind": "ocr"}, description="reads digits")
source = f"{client.get_run(run_id).info.artifact_uri}/model"
for _ in range(3):
    version = client.create_model_version("reader", source, run_id, tags={"t": "v"}, description="from first")
client.delete_model_version("reader", "2")
client.set_registered_model_alias("reader", "champion", "3")

model = client.create_logged_model(experiment, name="net", source_run_id=run_id, params={"depth": "2"}, tags={"a": "b"})
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "MLmodel").write_text("flavors: {onnx: {}}\n")
client.log_model_artifacts(model.model_id, str(folder))
client.finalize_logged_model(model.model_id, "READY")
client.create_model_version("reader", f"models:/{model.model_id}", run_id, model_id=model.model_id)
print(json.dumps({"run": run_id, "unfinished": unfinished.info.run_id, "model": model.model_id}))
