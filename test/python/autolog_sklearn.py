"""Trains with scikit-learn under `mlflow.sklearn.autolog()` and prints, as JSON, what was logged and loads back."""

import json
import os
import sys
import warnings

os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
# What this script prints is read as JSON.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
warnings.simplefilter("ignore")

import mlflow
from mlflow import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

mlflow.set_experiment("autolog")
mlflow.sklearn.autolog()
features, labels = load_iris(return_X_y=True)

with mlflow.start_run(run_name="fit") as fit:
    model = LogisticRegression(max_iter=500, C=0.5).fit(features, labels)
    score = model.score(features, labels)
with mlflow.start_run(run_name="grid") as grid:
    GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0]}, cv=2).fit(features, labels)

client = MlflowClient()
run = client.get_run(fit.info.run_id)
[output] = run.outputs.model_outputs
logged = mlflow.get_logged_model(output.model_id)
version = mlflow.register_model(f"runs:/{fit.info.run_id}/model", "iris")
client.set_registered_model_alias("iris", "champion", version.version)
registered = client.get_model_version_by_alias("iris", "champion")
uris = [
    f"models:/{output.model_id}",
    f"runs:/{fit.info.run_id}/model",
    "models:/iris/1",
    "models:/iris@champion",
]
loaded = [load(uri) for uri in uris for load in (mlflow.sklearn.load_model, mlflow.pyfunc.load_model)]
children = client.search_runs([run.info.experiment_id], f"tags.mlflow.parentRunId = '{grid.info.run_id}'")
found = mlflow.search_logged_models(
    experiment_ids=[run.info.experiment_id], filter_string="metrics.training_score > 0.9", output_format="list"
)
own = {"runId": fit.info.run_id, "score": score}
compared = {
    "status": run.info.status,
    "params": run.data.params,
    "metrics": sorted(run.data.metrics),
    "scoreIsKept": run.data.metrics["training_score"] == score,
    "estimator": run.data.tags["estimator_name"],
    "artifacts": sorted(entry.path for entry in client.list_artifacts(fit.info.run_id)),
    "modelFiles": sorted(entry.path for entry in client.list_logged_model_artifacts(output.model_id)),
    "modelStatus": str(logged.status),
    "modelName": logged.name,
    "modelParams": logged.params,
    "modelMetrics": sorted(metric.key for metric in logged.metrics),
    "modelIsOfRun": logged.source_run_id == fit.info.run_id,
    "predictsTheSame": [bool((each.predict(features) == model.predict(features)).all()) for each in loaded],
    "version": [registered.version, registered.run_id == fit.info.run_id, list(registered.aliases)],
    "children": sorted(child.data.params["C"] for child in children),
    "modelIsFound": output.model_id in [model.model_id for model in found],
    "datasets": [entry.dataset.name for entry in run.inputs.dataset_inputs],
}
json.dump({"own": own, "compared": compared}, sys.stdout)
