"""Logs with an unchanged MLflow client and prints, as JSON, what the same client reads back."""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

client = MlflowClient()


def plain(value):
    """NaN and the infinities have no JSON; their names stand for them."""
    return repr(value) if isinstance(value, float) and not np.isfinite(value) else value


def points(run_id, key):
    return [[m.step, m.timestamp, plain(m.value)] for m in client.get_metric_history(run_id, key)]


def tree(run_id, path=None):
    """All artifacts of a run as {path: size}."""
    found = {}
    for entry in client.list_artifacts(run_id, path):
        found.update(tree(run_id, entry.path) if entry.is_dir else {entry.path: entry.file_size})
    return found


def error_of(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        return [error.error_code, error.message]
    return None


def log_values():
    experiment_id = mlflow.create_experiment("values", tags={"purpose": "test"})
    run = client.create_run(experiment_id, run_name="first", tags={"color": "grün"})
    run_id = run.info.run_id
    for step, value in [(3, 0.3), (1, 0.1), (2, float("nan")), (1, 0.15)]:
        client.log_metric(run_id, "loss", value, timestamp=1000 + step, step=step)
    client.log_batch(
        run_id,
        metrics=[
            Metric("up", float("inf"), 1, 0),
            Metric("down", float("-inf"), 1, 0),
            Metric("nothing", float("nan"), 1, -5),
            Metric("tiny", 5e-324, 1, 0),
            Metric("dir/metric name", 1.0, 1, 2**40),
        ],
        params=[Param("lr", "0.1"), Param("__proto__", "plain"), Param("long", "é" * 7000)],
        tags=[RunTag("note", "two\nlines"), RunTag("constructor", "plain"), RunTag("long", "t" * 9000)],
    )
    client.set_tag(run_id, "color", "blue")
    client.delete_tag(run_id, "note")
    again = [error_of(client.log_param, run_id, "lr", value) for value in ("0.1", "0.2")]
    client.set_terminated(run_id, "FINISHED", end_time=run.info.start_time + 5)
    read = client.get_run(run_id)
    return {
        "name": read.info.run_name,
        "status": read.info.status,
        "seconds": read.info.end_time - read.info.start_time,
        "metrics": {key: plain(value) for key, value in read.data.metrics.items()},
        "params": {key: value[:10] for key, value in read.data.params.items()},
        "paramLength": len(read.data.params["long"]),
        "tags": {k: v[:10] for k, v in read.data.tags.items() if not k.startswith("mlflow.")},
        "tagLength": len(read.data.tags["long"]),
        "history": points(run_id, "loss"),
        "stepBeyond32Bits": points(run_id, "dir/metric name"),
        "paramAgain": again,
        "experimentTags": client.get_experiment_by_name("values").tags,
    }


def log_many_points():
    run_id = client.create_run(mlflow.create_experiment("points")).info.run_id
    for start in range(0, 3000, 1000):
        client.log_batch(run_id, [Metric("m", float(i), i, i) for i in range(start, start + 1000)])
    read = client.get_metric_history(run_id, "m")
    return {"count": len(read), "sum": sum(m.value for m in read), "inOrder": [m.step for m in read] == list(range(3000))}


def log_artifacts():
    mlflow.set_experiment("artifacts")
    big = np.random.default_rng(7).bytes(20 * 1024 * 1024)
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        Path(folder, "big.bin").write_bytes(big)
        nested = Path(folder, "tree", "deep er", "größe")
        nested.mkdir(parents=True)
        (nested / "日本語 #1 100%.txt").write_text("content", encoding="utf8")
        Path(folder, "tree", "empty.txt").write_text("")
        mlflow.log_artifact(Path(folder, "big.bin"), "weights")
        mlflow.log_artifacts(Path(folder, "tree"), "tree")
        mlflow.log_text("replaced", "note.txt")
        mlflow.log_text("hello", "note.txt")
        mlflow.log_dict({"a": [1, None]}, "nested/config.json")
        run_id = run.info.run_id
    with tempfile.TemporaryDirectory() as folder:
        local = Path(client.download_artifacts(run_id, "", folder))
        names = sorted(path.relative_to(local).as_posix() for path in local.rglob("*") if path.is_file())
        same = hashlib.sha256((local / "weights/big.bin").read_bytes()).digest() == hashlib.sha256(big).digest()
        text = (local / "tree/deep er/größe/日本語 #1 100%.txt").read_text(encoding="utf8")
    listed = tree(run_id)
    return {
        "listed": listed,
        "downloaded": names,
        "bigIsSame": same,
        "text": text,
        "note": mlflow.artifacts.load_text(f"runs:/{run_id}/note.txt"),
        "config": mlflow.artifacts.load_dict(f"runs:/{run_id}/nested/config.json"),
        "listOfNothing": [entry.path for entry in client.list_artifacts(run_id, "nowhere")],
        "missing": error_of(mlflow.artifacts.load_text, f"runs:/{run_id}/missing.txt") is not None,
    }


def log_nested_runs_and_data():
    mlflow.set_experiment("nested")
    with mlflow.start_run(run_name="parent") as parent:
        dataset = mlflow.data.from_numpy(np.arange(6.0).reshape(3, 2), targets=np.arange(3), name="small")
        mlflow.log_input(dataset, context="training")
        mlflow.log_input(dataset, context="validation")
        for index in range(2):
            with mlflow.start_run(run_name=f"child {index}", nested=True):
                mlflow.log_params({"index": index, "flag": True})
                mlflow.log_metrics({"score": index / 2, "val/score": index / 4}, step=1)
    read = client.get_run(parent.info.run_id)
    children = mlflow.search_runs(
        experiment_names=["nested"],
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["metrics.score DESC"],
        output_format="list",
    )
    return {
        "children": [[run.info.run_name, run.data.params, run.data.metrics] for run in children],
        "datasets": [
            [entry.dataset.name, json.loads(entry.dataset.schema) is not None, sorted(tag.value for tag in entry.tags)]
            for entry in read.inputs.dataset_inputs
        ],
        "byDataset": names_of("nested", "datasets.name = 'small' AND dataset.context = 'training'"),
    }


def names_of(experiment, filter_string="", order_by=None, view=ViewType.ACTIVE_ONLY):
    experiment_id = client.get_experiment_by_name(experiment).experiment_id
    found = client.search_runs([experiment_id], filter_string, view, order_by=order_by)
    return [run.info.run_name for run in found]


def search():
    experiment_id = mlflow.create_experiment("search")
    ids = {}
    for index, name in enumerate(["a", "b", "c", "d"]):
        tags = {"team": "Red" if index % 2 else "blue"}
        run = client.create_run(experiment_id, start_time=1000 + index, run_name=name, tags=tags)
        ids[name] = run.info.run_id
        client.log_param(run.info.run_id, "my param", f"v{index}")
        if name != "d":
            client.log_metric(run.info.run_id, "acc", float("nan") if name == "c" else index, step=0)
    client.set_terminated(ids["a"], "FAILED")
    client.delete_run(ids["b"])
    deleted = names_of("search", view=ViewType.DELETED_ONLY)
    client.restore_run(ids["b"])
    first = client.search_runs([experiment_id], max_results=3)
    second = client.search_runs([experiment_id], max_results=3, page_token=first.token)
    return {
        "newestFirst": names_of("search"),
        "metric": names_of("search", "metrics.acc >= 1"),
        "param": names_of("search", 'params."my param" = \'v1\''),
        "ilike": names_of("search", "tags.team ILIKE 'r%'"),
        "like": names_of("search", "tags.team LIKE 'r%'"),
        "isNull": names_of("search", "tags.missing IS NULL AND attributes.status = 'FAILED'"),
        "in": names_of("search", f"run_id IN ('{ids['a']}', '{ids['d']}')"),
        "ascending": names_of("search", order_by=["metrics.acc ASC"]),
        "descending": names_of("search", order_by=["metrics.acc DESC"]),
        "byParam": names_of("search", order_by=["params.`my param` DESC"]),
        "deleted": deleted,
        "pages": [[run.info.run_name for run in page] for page in (first, second)],
        "badFilter": error_of(client.search_runs, [experiment_id], "metrics.acc > 'high'"),
    }


def experiments():
    names = ["one", "two", "three"]
    ids = {name: client.create_experiment(f"exp {name}", tags={"kind": name}) for name in names}
    run_id = client.create_run(ids["two"]).info.run_id
    client.rename_experiment(ids["one"], "exp uno")
    client.set_experiment_tag(ids["one"], "kind", "renamed")
    client.delete_experiment(ids["two"])
    stage = client.get_run(run_id).info.lifecycle_stage
    deleted = [e.name for e in client.search_experiments(ViewType.DELETED_ONLY)]
    client.restore_experiment(ids["two"])
    found = client.search_experiments(filter_string="name LIKE 'exp %'", order_by=["name ASC"])
    return {
        "names": [e.name for e in found],
        "byTag": [e.name for e in client.search_experiments(filter_string="tags.kind = 'renamed'")],
        "deleted": deleted,
        "runOfDeleted": stage,
        "runOfRestored": client.get_run(run_id).info.lifecycle_stage,
        "taken": error_of(client.create_experiment, "exp uno"),
        "default": client.get_experiment("0").name,
        "unknown": error_of(client.get_experiment, "99999"),
    }


scenarios = [log_values, log_many_points, log_artifacts, log_nested_runs_and_data, search, experiments]
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
json.dump({scenario.__name__: scenario() for scenario in scenarios}, sys.stdout)
