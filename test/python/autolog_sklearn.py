"""Trains with scikit-learn under `mlflow.sklearn.autolog()` and prints, as JSON, what was logged and loads back."""

import json
import os
import sys

os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

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
by_id = mlflow.sklearn.load_model(f"models:/{output.model_id}")
by_run = mlflow.sklearn.load_model(f"runs:/{fit.info.run_id}/model")
children = client.search_runs(
    [fit.info.experiment_id or run.info.experiment_id], f"tags.mlflow.parentRunId = '{grid.info.run_id}'"
)
found = mlflow.search_logged_models(
    experiment_ids=[run.info.experiment_id], filter_string="metrics.training_score > 0.9", output_format="list"
)

json.dump(
    {
        "status": run.info.status,
        "params": {key: run.data.params[key] for key in ("C", "max_iter")},
        "score": run.data.metrics["training_score"] == score,
        "metricKeys": sorted(run.data.metrics),
        "estimator": run.data.tags["estimator_name"],
        "artifacts": sorted(entry.path for entry in client.list_artifacts(fit.info.run_id)),
        "modelFiles": sorted(
            entry.path for entry in client.list_logged_model_artifacts(output.model_id)
        )
        if hasattr(client, "list_logged_model_artifacts")
        else None,
        "modelStatus": str(logged.status),
        "modelName": logged.name,
        "modelParams": {key: logged.params[key] for key in ("C", "max_iter")},
        "modelMetrics": sorted(metric.key for metric in logged.metrics),
        "modelOfRun": logged.source_run_id == fit.info.run_id,
        "predictsEqual": [
            bool((loaded.predict(features) == model.predict(features)).all()) for loaded in (by_id, by_run)
        ],
        "childRuns": len(children),
        "childCs": sorted(child.data.params["C"] for child in children),
        "foundModels": output.model_id in [model.model_id for model in found],
        "datasets": [entry.dataset.name for entry in run.inputs.dataset_inputs],
    },
    sys.stdout,
)
