"""Logs with an unchanged MLflow client and prints, as JSON, what the same client reads back."""

import hashlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path

os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
# What this script prints is read as JSON.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
# An answer of 500 is compared, too, and at once.
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking._tracking_service.utils import _get_store
from mlflow.utils.rest_utils import http_request

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


def first_line(message):
    """The sentence of an error without the ids that no two servers share."""
    return re.sub(r"\b[0-9a-f]{32}\b", "ID", message.split("\n")[0])


def error_of(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        return [error.error_code, first_line(error.message)]
    return None


def send(method, route, body=None):
    """What a server answers to a request that the client itself would never make."""
    content = {"params": body} if method == "GET" else {"json": body}
    answer = http_request(
        _get_store().get_host_creds(), f"/api/2.0/mlflow/{route}", method, raise_on_status=False, **content
    )
    if answer.status_code == 200:
        return sorted(answer.json())
    if "json" not in answer.headers["Content-Type"]:
        return [answer.status_code]
    error = answer.json()
    return [answer.status_code, error["error_code"], first_line(error["message"])]


def log_values():
    experiment_id = mlflow.create_experiment("values", tags={"purpose": "test"})
    run = client.create_run(experiment_id, run_name="first", tags={"color": "grün"})
    run_id = run.info.run_id
    for step, value in [(3, 0.3), (1, 0.1), (2, float("nan")), (1, 0.15), (3, 0.3), (-2, 7)]:
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
        params=[
            Param("lr", "0.1"),
            Param("__proto__", "plain"),
            Param("empty", ""),
            Param("größe/日本", "🏃"),
            Param("long", "é" * 7000),
        ],
        tags=[
            RunTag("note", "two\nlines"),
            RunTag("__proto__", "plain"),
            RunTag("constructor", "plain"),
            RunTag("long", "t" * 9000),
        ],
    )
    client.set_tag(run_id, "color", "blue")
    client.delete_tag(run_id, "note")
    again = [error_of(client.log_param, run_id, "lr", value) for value in ("0.1", "0.2")]
    half = error_of(client.log_batch, run_id, [Metric("half", 1.0, 1, 0)], [Param("lr", "0.3"), Param("new", "1")])
    client.set_terminated(run_id, "FINISHED", end_time=run.info.start_time + 5)
    read = client.get_run(run_id)
    return {
        "name": read.info.run_name,
        "status": read.info.status,
        "seconds": read.info.end_time - read.info.start_time,
        "metrics": {key: plain(value) for key, value in read.data.metrics.items()},
        "params": {key: value[:10] for key, value in read.data.params.items()},
        "paramLength": len(read.data.params["long"]),
        "tags": {key: value[:10] for key, value in read.data.tags.items() if key != "mlflow.source.name"},
        "tagLength": len(read.data.tags["long"]),
        "history": points(run_id, "loss"),
        "stepBeyond32Bits": points(run_id, "dir/metric name"),
        "paramAgain": again,
        "refusedBatch": half,
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
        (nested / "日本語 100%.txt").write_text("content", encoding="utf8")
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
        text = (local / "tree/deep er/größe/日本語 100%.txt").read_text(encoding="utf8")
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


def logged_models():
    experiment_id = client.create_experiment("models")
    made = client.create_logged_model(
        experiment_id, name="external", model_type="classifier", params={"depth": "3"}, tags={"team": "red"}
    )
    other = client.create_logged_model(experiment_id, name="other")
    run_id = client.create_run(experiment_id).info.run_id
    client.log_metric(run_id, "accuracy", 0.9, step=1, model_id=made.model_id)
    client.log_outputs(run_id, [LoggedModelOutput(made.model_id, step=1)])
    client.log_model_params(made.model_id, {"width": "4"})
    client.set_logged_model_tags(made.model_id, {"team": "blue", "gone": "soon"})
    client.delete_logged_model_tag(made.model_id, "gone")
    client.finalize_logged_model(made.model_id, "READY")
    read = client.get_logged_model(made.model_id)
    found = [
        [model.name for model in client.search_logged_models([experiment_id], filter_string=text)]
        for text in ("metrics.accuracy > 0.5", "params.depth = '3'", "name = 'other'", "tags.team = 'red'")
    ]
    client.delete_logged_model(other.model_id)
    left = client.search_logged_models([experiment_id], order_by=[{"field_name": "name"}])
    return {
        "statuses": [str(made.status), str(read.status)],
        "name": read.name,
        "type": read.model_type,
        "ofRun": read.source_run_id,
        "params": read.params,
        "tags": {key: value for key, value in read.tags.items() if not key.startswith("mlflow.")},
        "metrics": [[m.key, m.value, m.step, m.run_id == run_id] for m in read.metrics],
        "outputs": [[o.model_id == made.model_id, o.step] for o in client.get_run(run_id).outputs.model_outputs],
        "found": found,
        "left": [model.name for model in left],
        "deleted": error_of(client.get_logged_model, other.model_id),
        "badName": error_of(client.create_logged_model, experiment_id, name="a/b"),
    }


def model_registry():
    experiment_id = client.create_experiment("registry")
    run_id = client.create_run(experiment_id).info.run_id
    other_id = client.create_run(experiment_id).info.run_id
    client.log_text(run_id, "weights", "model/weights.txt")
    root = client.get_run(run_id).info.artifact_uri
    logged = client.create_logged_model(experiment_id, name="logged", source_run_id=run_id)
    other = client.create_logged_model(experiment_id, name="other")

    def create(source, run_id=None, name="digits", **kwargs):
        return client._create_model_version(name, source, run_id, **kwargs)

    def refused(source, run_id=None, **kwargs):
        return error_of(create, source, run_id, **kwargs)

    def versions(text="", **query):
        return [[v.name, int(v.version)] for v in client.search_model_versions(text, **query)]

    def models(text="", **query):
        return [model.name for model in client.search_registered_models(text, **query)]

    made = client.create_registered_model("digits", {"team": "red", "gone": "soon"}, "Reads digits.")
    client.create_registered_model("Other model", {"team": "blue"})
    first = create(f"{root}/model", run_id, tags={"by": "hand"}, description="the first")
    second = create(f"runs:/{run_id}/model", run_id)
    third = create(f"models:/{logged.model_id}", model_id=logged.model_id)
    stored = client.get_model_version_download_uri("digits", 3) == client.get_logged_model(logged.model_id).artifact_location
    client.set_registered_model_alias("digits", "champion", 1)
    client.set_registered_model_alias("digits", "old", 1)
    client.set_registered_model_alias("digits", "champion", "3")
    fourth = create("models:/digits@champion")
    client.delete_registered_model_alias("digits", "nobody")
    client.delete_registered_model_tag("digits", "gone")
    client.delete_registered_model_tag("digits", "nothing")
    client.set_model_version_tag("digits", 2, "stage", "ready")
    client.delete_model_version_tag("digits", "1", "by")
    client.update_registered_model("digits", "Reads any digit.")
    updated = client.update_model_version("digits", 2, "the second")
    read = client.get_registered_model("digits")
    by_alias = client.get_model_version_by_alias("digits", "champion")
    latest = client.get_model_version_by_alias("digits", "Latest")
    page = client.search_model_versions("name = 'digits'", max_results=3, order_by=["version_number ASC"])
    rest = client.search_model_versions(
        "name = 'digits'", max_results=3, order_by=["version_number ASC"], page_token=page.token
    )
    found = {
        "models": models(),
        "byName": models("name ILIKE 'dig%'"),
        "byTag": models("tags.team = 'blue'"),
        "notByTag": models("tags.nothing != 'a'"),
        "ordered": models(order_by=["name DESC"]),
        "inList": models("name IN ('digits', 'x')"),
        "ofRun": versions(f"run_id = '{run_id}'", order_by=["version_number DESC"]),
        "bySource": versions("source_path LIKE 'runs:%'"),
        "byNumber": versions("version_number > 2", order_by=["version_number ASC"]),
        "byVersionTag": versions("tags.stage = 'ready'"),
        "pages": [[int(v.version) for v in each] for each in (page, rest)],
        "isLast": rest.token in (None, ""),
    }
    errors = {
        "taken": error_of(client.create_registered_model, "digits"),
        "nameTaken": error_of(client.rename_registered_model, "digits", "Other model")[0],
        "badName": error_of(client.create_registered_model, "a/b"),
        "emptyName": error_of(client.create_registered_model, ""),
        "emptyNewName": error_of(client.rename_registered_model, "digits", " "),
        "pathName": error_of(client.create_registered_model, ".."),
        "unknownModel": error_of(client.get_registered_model, "nobody"),
        "unknownVersion": error_of(client.get_model_version, "digits", 9),
        "unknownOfModel": error_of(client.get_model_version, "nobody", 1),
        "badVersion": error_of(client.get_model_version, "digits", "one"),
        "unknownAlias": error_of(client.get_model_version_by_alias, "digits", "nobody"),
        "aliasOfNoVersion": error_of(client.set_registered_model_alias, "digits", "a", 9),
        "aliasLatest": error_of(client.set_registered_model_alias, "digits", "Latest", 1),
        "aliasVersion": error_of(client.set_registered_model_alias, "digits", "V12", 1),
        "aliasCharacters": error_of(client.set_registered_model_alias, "digits", "a b", 1),
        "aliasLong": error_of(client.set_registered_model_alias, "digits", "a" * 256, 1),
        "tagTooLong": error_of(client.set_registered_model_tag, "digits", "a", "v" * 100_001),
        "tagKey": error_of(client.set_model_version_tag, "digits", 1, "../a", "v"),
        "badStage": error_of(client.get_latest_versions, "digits", ["Nowhere"]),
        "tooMany": send("GET", "registered-models/search", {"max_results": 1001})[:2],
        "noRun": refused(f"runs:/{run_id}/model"),
        "ofOtherRun": refused(f"runs:/{run_id}/model", other_id),
        "inOtherRun": refused(f"{root}/model", other_id),
        "besideRun": refused(f"{root}-beside/model", run_id),
        "withoutRun": refused(f"{root}/model"),
        "ofOtherModel": refused(f"models:/{logged.model_id}", model_id=other.model_id),
        "withoutModel": refused(f"models:/{logged.model_id}"),
        "notOfVersion": refused("models:/digits/1", other_id),
        "ofNoVersion": refused("models:/digits/9"),
        "localFile": refused("/etc/passwd", run_id)[0],
        "climbing": refused(f"{root}/../../../x", run_id)[0],
        "climbingEncoded": refused(f"{root}/%2e%2e/%252e%252e/x", run_id)[0],
        "filterAttribute": error_of(client.search_registered_models, "color = 'red'")[0],
        "orderUnknown": error_of(client.search_model_versions, order_by=["run_id"])[0],
    }
    stages = [[v.version, v.current_stage] for v in client.get_latest_versions("digits")]
    none = client.get_latest_versions("digits", ["Production"])
    client.delete_model_version("digits", 3)
    after_deletion = [
        error_of(client.get_model_version, "digits", 3),
        client.get_registered_model("digits").aliases,
        int(create(f"runs:/{run_id}/model", run_id).version),
    ]
    client.delete_run(run_id)
    client.rename_registered_model("digits", "numbers")
    kept = [client.get_model_version("numbers", 2).run_id == run_id, versions("name = 'digits'"), models()]
    client.delete_registered_model("numbers")
    return {
        "made": [made.name, made.description, made.tags, len(made.latest_versions)],
        "first": [first.version, first.status, first.description, first.tags, first.run_id == run_id],
        "places": [
            first.source == f"{root}/model",
            second.source == f"runs:/{run_id}/model",
            third.source == f"models:/{logged.model_id}",
            stored,
            fourth.source,
        ],
        "runs": [each.run_id == run_id for each in (first, second, third, fourth)],
        "read": [read.name, read.description, read.tags, dict(sorted(read.aliases.items()))],
        "latest": [[v.version, v.current_stage] for v in read.latest_versions],
        "updated": [updated.description, updated.version],
        "byAlias": [by_alias.version, list(by_alias.aliases), latest.version],
        "tagOfLogged": json.loads(client.get_logged_model(logged.model_id).tags["mlflow.modelVersions"]),
        "found": found,
        "errors": errors,
        "filterNull": error_of(client.search_registered_models, "tags.team IS NULL")[0],
        "stages": [stages, none],
        "afterDeletion": after_deletion,
        "kept": kept,
        "gone": error_of(client.get_model_version, "numbers", 2),
        "left": [models(), versions()],
    }


def refusals():
    names = {name: client.create_experiment(name) for name in ("kept", "gone")}
    run_id = client.create_run(names["kept"]).info.run_id
    deleted_id = client.create_run(names["kept"]).info.run_id
    client.delete_run(deleted_id)
    client.delete_experiment(names["gone"])
    nobody = "0" * 32

    def search(**query):
        return error_of(client.search_runs, [names["kept"]], **query)

    return {
        "unknownRun": error_of(client.get_run, nobody),
        "unknownRunEnds": error_of(client.set_terminated, nobody),
        "unknownHistory": error_of(client.get_metric_history, nobody, "loss"),
        "unknownArtifacts": error_of(client.list_artifacts, nobody),
        "unknownModel": error_of(client.get_logged_model, f"m-{nobody}"),
        "noHistory": points(run_id, "nothing"),
        "noExperiment": client.get_experiment_by_name("nobody"),
        "metricOfDeletedRun": error_of(client.log_metric, deleted_id, "loss", 1.0),
        "tagOfDeletedRun": error_of(client.set_tag, deleted_id, "a", "b"),
        "paramOfDeletedRun": error_of(client.log_param, deleted_id, "a", "b"),
        "runDeletedTwice": error_of(client.delete_run, deleted_id),
        "runRestoredWhileActive": error_of(client.restore_run, run_id),
        "runInDeletedExperiment": error_of(client.create_run, names["gone"]),
        "experimentDeletedTwice": error_of(client.delete_experiment, names["gone"]),
        "experimentRestoredWhileActive": error_of(client.restore_experiment, names["kept"]),
        "deletedExperimentRenamed": send(
            "POST", "experiments/update", {"experiment_id": names["gone"], "new_name": "other"}
        ),
        "deletedExperimentTagged": error_of(client.set_experiment_tag, names["gone"], "a", "b"),
        "nameOfDeleted": error_of(client.create_experiment, "gone"),
        "nameTaken": error_of(client.rename_experiment, names["kept"], "Default"),
        "nameTooLong": error_of(client.create_experiment, "n" * 501),
        "nameEmpty": error_of(client.create_experiment, ""),
        "keyTooLong": error_of(client.log_param, run_id, "k" * 251, "v"),
        "keyWithLineBreak": error_of(client.log_metric, run_id, "a\nb", 1.0),
        "keyOutside": error_of(client.set_tag, run_id, "../up", "v"),
        "tagMissing": error_of(client.delete_tag, run_id, "nothing"),
        "experimentTagTooLong": error_of(client.set_experiment_tag, names["kept"], "a", "v" * 20_001),
        "tooManyParams": error_of(client.log_batch, run_id, params=[Param(f"p{i}", "v") for i in range(101)]),
        "paramTwice": error_of(client.log_batch, run_id, params=[Param("twice", "a"), Param("twice", "b")]),
        "badToken": search(page_token="nonsense"),
        "tooManyResults": search(max_results=50_001),
        "noResults": search(max_results=0),
        "orderSideways": search(order_by=["metrics.loss SIDEWAYS"]),
        "orderUnknown": search(order_by=["nonsense.loss"]),
        "filterUnknown": search(filter_string="nonsense.loss = 1"),
        "filterAttribute": search(filter_string="attributes.color = 'red'"),
        "filterOr": search(filter_string="metrics.a = 1 OR metrics.b = 2"),
        "filterOperator": search(filter_string="params.a > 'b'"),
        "filterUnquoted": search(filter_string="params.a = b"),
        "filterHalf": search(filter_string="metrics.a >"),
    }


def requests_by_hand():
    experiment_id = client.create_experiment("by hand")
    run_id = client.create_run(experiment_id).info.run_id
    metric = {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1}

    def log(**changed):
        return send("POST", "runs/log-metric", {**metric, **changed})

    return {
        "unknownRoute": send("GET", "runs/nothing")[0],
        "noParams": send("GET", "runs/get"),
        "nothingSent": send("POST", "runs/log-metric", {}),
        "bothSpellings": send("POST", "runs/delete", {"run_id": run_id, "runId": run_id}),
        "camelCase": send("POST", "runs/set-tag", {"runId": run_id, "key": "a", "value": "b"}),
        "bodyInText": send("POST", "runs/set-tag", json.dumps({"run_id": run_id, "key": "a", "value": "b"})),
        "unknownField": log(color="red"),
        "nan": log(key="nan", value="NaN"),
        "infinity": log(key="inf", value="-Infinity"),
        "integerAsText": log(key="text", step="7", timestamp="12"),
        "stored": sorted([m.key, plain(m.value), m.timestamp, m.step] for m in client.get_run(run_id).data._metric_objs),
        "badValue": log(value="high"),
        "badStep": log(step=1.5),
        "badTimestamp": log(timestamp=-1),
        "noTimestamp": log(timestamp=None),
        "badRunId": log(run_id="../x"),
        "badRunIdInBatch": send("POST", "runs/log-batch", {"run_id": "../x"}),
        "badKey": log(key=7),
        "badStatus": send("POST", "runs/update", {"run_id": run_id, "status": "SLEEPING"}),
        "statusByNumber": send("POST", "runs/update", {"run_id": run_id, "status": 3}),
        "status": client.get_run(run_id).info.status,
        "badExperimentId": send("GET", "experiments/get", {"experiment_id": "first"}),
        "orderTwice": send(
            "POST", "runs/search", {"experiment_ids": [experiment_id], "order_by": ["metrics.m", "metrics.m DESC"]}
        ),
        "badBatch": send("POST", "runs/log-batch", {"run_id": run_id, "metrics": {"key": "m"}}),
        "badPart": send("POST", "runs/log-batch", {"run_id": run_id, "params": [{"value": "v"}]}),
        "artifactOutside": send("GET", "artifacts/list", {"run_id": run_id, "path": "../../.."}),
        "newRun": send("POST", "runs/create", {"experiment_id": experiment_id}),
    }


scenarios = [
    log_values,
    log_many_points,
    log_artifacts,
    log_nested_runs_and_data,
    search,
    experiments,
    logged_models,
    model_registry,
    refusals,
    requests_by_hand,
]
json.dump({scenario.__name__: scenario() for scenario in scenarios}, sys.stdout)
