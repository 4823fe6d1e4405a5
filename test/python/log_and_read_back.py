"""Logs with an unchanged MLflow client and prints, as JSON, what the same client reads back."""

import gzip
import hashlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlparse

os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
# What this script prints is read as JSON.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
# A trace is sent before the next line runs.
os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
# An answer of 500 is compared, too, and at once.
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"

import mlflow
import numpy as np
import requests
from mlflow import MlflowClient
from mlflow.entities import (
    AssessmentError,
    AssessmentSource,
    Expectation,
    Feedback,
    LoggedModelOutput,
    Metric,
    Param,
    RunTag,
    SpanEvent,
    SpanType,
    ViewType,
)
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


def send(method, route, body=None, version="2.0"):
    """What a server answers to a request that the client itself would never make."""
    content = {"params": body} if method == "GET" else {"json": body}
    answer = http_request(
        _get_store().get_host_creds(), f"/api/{version}/mlflow/{route}", method, raise_on_status=False, **content
    )
    if answer.status_code == 200:
        return sorted(answer.json())
    if "json" not in answer.headers["Content-Type"]:
        return [answer.status_code]
    error = answer.json()
    return [answer.status_code, error["error_code"], first_line(error["message"])]


def fetch(route, query):
    """The status of a file's download, and the file."""
    creds = _get_store().get_host_creds()
    answer = http_request(creds, f"/{route}", "GET", params=query, raise_on_status=False, max_retries=0)
    return [answer.status_code, answer.text]


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
    moved = client.transition_model_version_stage("digits", 1, "staging")
    client.transition_model_version_stage("digits", 3, "Staging")
    client.transition_model_version_stage("digits", 2, "Staging", archive_existing_versions=True)
    in_stages = {
        "moved": [moved.current_stage, list(moved.aliases)],
        "each": [client.get_model_version("digits", number).current_stage for number in (1, 2, 3, 4)],
        "latest": [[each.version, each.current_stage] for each in client.get_latest_versions("digits")],
        "asked": [each.version for each in client.get_latest_versions("digits", ["production", "STAGING"])],
        "ofModel": [[each.version, each.current_stage] for each in client.get_registered_model("digits").latest_versions],
        "unknownStage": error_of(client.transition_model_version_stage, "digits", 1, "Best"),
        "unknownVersion": error_of(client.transition_model_version_stage, "digits", 9, "Staging"),
    }
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
    place = {"name": "digits", "version": "1", "path": "weights.txt"}
    served = [
        fetch("model-versions/get-artifact", place),
        [fetch("model-versions/get-artifact", {**place, **odd})[0] for odd in ({"path": "no.txt"}, {"version": "9"})],
        fetch("model-versions/get-artifact", {**place, "path": "../../../secret"})[0],
    ]
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
        "served": served,
        "inStages": in_stages,
        "afterDeletion": after_deletion,
        "kept": kept,
        "gone": error_of(client.get_model_version, "numbers", 2),
        "left": [models(), versions()],
    }


def prompts():
    client.create_registered_model("a model")
    first = client.register_prompt("summary", "Sum up {{ text }}.", "the first", {"team": "red"})
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{ question }}"}]
    second = client.register_prompt("summary", chat, tags={"team": "blue"})
    client.register_prompt("other", "Say it again: {{ it }}")
    client.set_prompt_alias("summary", "best", 1)
    client.set_prompt_tag("summary", "for", "news")
    client.set_prompt_version_tag("summary", 1, "checked", "yes")
    read = client.get_prompt_version("summary", 1)
    by_alias = client.load_prompt("prompts:/summary@best", cache_ttl_seconds=0)
    found = client.search_prompts("name = 'summary'")
    read_versions = [[v.version, v.template, v.tags] for v in client.search_prompt_versions("summary")]
    refused = {
        "asModel": error_of(client.create_registered_model, "summary"),
        "overModel": error_of(client.register_prompt, "a model", "x")[0],
        "asSource": error_of(client._create_model_version, "a model", "models:/summary/1"),
        "source": error_of(client._create_model_version, "summary", "s3://x/y", tags={"mlflow.prompt.is_prompt": "true"}),
    }
    result = {
        "first": [first.version, first.template, first.commit_message, first.tags, sorted(first.variables)],
        "second": [second.version, second.template, second.tags],
        "read": [read.template, dict(sorted(read.tags.items())), list(read.aliases)],
        "byAlias": [by_alias.version, by_alias.format(text="this")],
        "found": [[p.name, p.tags] for p in found],
        "all": [p.name for p in client.search_prompts()],
        "versions": read_versions,
        "models": [m.name for m in client.search_registered_models("name IN ('a model', 'summary', 'other')")],
        "refused": refused,
    }
    client.delete_prompt_alias("summary", "best")
    client.delete_prompt_version("summary", "1")
    result["afterDeletion"] = [
        client.load_prompt("prompts:/summary/1", allow_missing=True, cache_ttl_seconds=0) is None,
        client.get_prompt_version("summary", 2).version,
        error_of(client.get_prompt_version_by_alias, "summary", "best"),
    ]
    return result


def evaluation_datasets():
    first_id, second_id = client.create_experiment("evaluated"), client.create_experiment("evaluated too")
    tags = {"team": "red", "mlflow.user": "ada", "size": "3"}
    made = client.create_dataset("questions", [first_id], tags)
    other = client.create_dataset("answers", [second_id])
    big = 12345678901234567890
    records = [
        {"inputs": {"q": "one", "n": 1, "f": 1.0, "big": big}, "outputs": {"a": "1"}, "expectations": {"a": "one"}},
        {"inputs": {"q": "two"}, "tags": {"by": "hand", "mlflow.user": "bob"}},
        {"inputs": {"q": "grün", "list": [1, None, True]}, "outputs": "plain", "source": {"source_type": "human"}},
        {"inputs": {"q": "four"}, "source": {"source_type": "TRACE", "source_data": {"trace_id": "tr-1"}}},
    ]
    store = _get_store()
    counts = [store.upsert_dataset_records(made.dataset_id, records)]
    again = [
        {"inputs": {"f": 1.0, "big": big, "n": 1, "q": "one"}, "expectations": {"b": "more"}, "tags": {"t": "v"}},
        {"inputs": {"q": "two"}, "outputs": [1, 2]},
        {"inputs": {"q": "five"}, "outputs": None},
    ]
    counts.append(store.upsert_dataset_records(made.dataset_id, again))

    def shown(record):
        known = {"dataset_record_id", "dataset_id", "created_time", "last_update_time"}
        return {key: value for key, value in record.to_dict().items() if key not in known}

    def stored(**page):
        found, token = store._load_dataset_records(made.dataset_id, **page)
        return sorted((shown(record) for record in found), key=lambda record: json.dumps(record["inputs"])), token

    all_records, _ = stored(max_results=100)
    page, token = stored(max_results=3)
    rest, last_token = stored(max_results=3, page_token=token)
    read = client.get_dataset(made.dataset_id)
    client.set_dataset_tags(made.dataset_id, {"team": "blue", "gone": "soon"})
    client.delete_dataset_tag(made.dataset_id, "gone")
    client.delete_dataset_tag(made.dataset_id, "nothing")
    client.add_dataset_to_experiments(other.dataset_id, [first_id, second_id])

    def names(experiment_ids=None, text=None, **query):
        return [d.name for d in client.search_datasets(experiment_ids, text, **query)]

    found = {
        "ofFirst": sorted(names([first_id])),
        "ofSecond": names([second_id]),
        "byName": names(text="name LIKE 'quest%'"),
        "byTag": names(text="tags.team = 'blue'"),
        "byUser": names(text="created_by = 'ada'"),
        "byTime": names(text="created_time > 5", order_by=["name ASC"]),
        "ordered": names(order_by=["name DESC"]),
        "page": [len(names(max_results=1)), client.search_datasets(max_results=1).token is not None],
    }
    linked = sorted(other.experiment_ids), sorted(client.get_dataset(other.dataset_id).experiment_ids)
    client.remove_dataset_from_experiments(other.dataset_id, [first_id])
    ids = [r.dataset_record_id for r in store._load_dataset_records(made.dataset_id)[0]]
    deleted = store.delete_dataset_records(made.dataset_id, [ids[0], "dr-nothing"])
    refused = {
        "unknown": error_of(client.get_dataset, "d-nothing"),
        "tagsOfUnknown": error_of(client.set_dataset_tags, "d-nothing", {"a": "b"})[0],
        "unknownExperiment": error_of(client.add_dataset_to_experiments, made.dataset_id, ["987654"])[0],
        "badSource": error_of(store.upsert_dataset_records, made.dataset_id, [{"inputs": {}, "source": {"source_type": "x"}}]),
        "badFilter": error_of(client.search_datasets, filter_string="color = 'red'")[0],
        "badOrder": error_of(client.search_datasets, order_by=["created_by"])[0],
    }
    result = {
        "made": [made.name, made.tags, made.created_by, made.schema, made.profile, len(made.digest)],
        "counts": counts,
        "records": all_records,
        "pages": [len(page), token is not None, len(rest), last_token],
        "read": [read.name, json.loads(read.schema), json.loads(read.profile), read.created_by, read.last_updated_by],
        "isNewDigest": read.digest != made.digest,
        "tags": dict(sorted(client.get_dataset(made.dataset_id).tags.items())),
        "found": found,
        "linked": [len(each) for each in linked],
        "unlinked": client.get_dataset(other.dataset_id).experiment_ids == [second_id],
        "deleted": [deleted, len(store._load_dataset_records(made.dataset_id)[0])],
        "refused": refused,
    }
    client.delete_dataset(made.dataset_id)
    client.delete_dataset("d-nothing")
    result["gone"] = [error_of(client.get_dataset, made.dataset_id)[0], names()]
    return result


def shown_metadata(info):
    """What is not of the machine that the test runs on."""
    own = ("mlflow.source.", "mlflow.user", "mlflow.sourceRun", "mlflow.trace.size", "mlflow.artifactLocation")
    shown = {**info.trace_metadata, **{f"tag {key}": value for key, value in info.tags.items()}}
    return {key: value for key, value in sorted(shown.items()) if not key.removeprefix("tag ").startswith(own)}


def shown_trace(info):
    sizes = json.loads(info.trace_metadata.get("mlflow.trace.sizeStats", "{}"))
    return {
        "is": [info.state.value, info.client_request_id, info.execution_duration is not None, sizes.get("num_spans")],
        "previews": [info.request_preview, info.response_preview],
        "metadata": shown_metadata(info),
        "assessments": [shown_assessment(each) for each in info.assessments],
    }


def shown_span(span):
    attributes = {key: value for key, value in span.attributes.items() if key != "mlflow.traceRequestId"}
    return {
        "is": [span.name, span.span_type, span.parent_id is None, span.status.status_code.value, span.status.description],
        "attributes": dict(sorted(attributes.items())),
        "events": [[event.name, sorted(event.attributes)] for event in span.events],
        "inOrder": span.end_time_ns >= span.start_time_ns > 1e18,
    }


def shown_assessment(assessment):
    source, feedback = assessment.source, assessment.feedback
    return [
        [type(assessment).__name__, assessment.name, assessment.value, source.source_type, source.source_id],
        [assessment.rationale, assessment.metadata, assessment.valid, assessment.overrides is not None, assessment.span_id],
        feedback.error.to_dictionary() if feedback and feedback.error else None,
    ]


@mlflow.trace(span_type=SpanType.TOOL, attributes={"k": 7, "big": 9007199254740993, "f": 1.0, "none": None})
def add(a, b):
    return a + b


@mlflow.trace(name="fails")
def fail(text):
    raise ValueError(text)


def log_traces(experiment_id, run_id):
    """Three traces: of a chat, of an error, and of a run."""
    mlflow.set_experiment(experiment_id=experiment_id)
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    with mlflow.start_span("ask", span_type=SpanType.CHAIN) as span:
        span.set_inputs({"question": "grün?", "n": [1, 2.5, None, True], "deep": {"a": {"b": 1}}})
        add(1, 2)
        span.add_event(SpanEvent("noted", attributes={"where": "here", "n": 3}))
        with mlflow.start_span("model", span_type=SpanType.CHAT_MODEL) as inner:
            inner.set_attribute("mlflow.chat.tokenUsage", usage)
            inner.set_outputs("an answer with 100% and _")
        span.set_outputs({"answer": 3})
        metadata = {"mlflow.trace.session": "s-1", "mlflow.trace.user": "ada"}
        mlflow.update_current_trace(tags={"team": "red", "n": "1"}, metadata=metadata, client_request_id="req-1")
    asked = mlflow.get_last_active_trace_id()
    try:
        fail("no good")
    except ValueError:
        pass
    failed = mlflow.get_last_active_trace_id()
    with mlflow.start_run(run_id=run_id):
        add(3, 4)
    return {asked: "asked", failed: "failed", mlflow.get_last_active_trace_id(): "ofRun"}


def finder(experiment_id, names):
    """Finds traces by filter and tells their names."""

    def found(text=None, **query):
        query = {"locations": [experiment_id], "include_spans": False, **query}
        return [names.get(trace.info.trace_id, "?") for trace in client.search_traces(filter_string=text, **query)]

    return found


def traces():
    experiment_id, other_id = client.create_experiment("traced"), client.create_experiment("traced too")
    run_id = client.create_run(experiment_id).info.run_id
    names = log_traces(experiment_id, run_id)
    asked, failed, _ = names
    found = finder(experiment_id, names)
    store = _get_store()
    read = {}
    for trace_id, name in names.items():
        trace = client.get_trace(trace_id)
        read[name] = [shown_trace(trace.info), *map(shown_span, trace.data.spans)]

    mlflow.set_trace_tag(asked, "team", "blue")
    client.set_trace_tag(asked, "gone", "soon")
    client.set_trace_tag(asked, "long", "x" * 9000)
    client.delete_trace_tag(asked, "gone")
    tags = client.get_trace(asked).info.tags
    refused_tags = {
        "none": error_of(store.delete_trace_tag, asked, "gone"),
        "badKey": error_of(store.set_trace_tag, asked, "a//b", "x")[0],
        "location": error_of(store.set_trace_tag, asked, "mlflow.trace.spansLocation", "x"),
        "locationGone": error_of(store.delete_trace_tag, asked, "mlflow.trace.spansLocation"),
        "unknownTrace": error_of(store.delete_trace_tag, "tr-nothing", "a"),
    }
    filters = [
        None, "status = 'OK'", "trace.status = 'ERROR'", "attributes.status != 'OK'", "status IN ('OK', 'IN_PROGRESS')",
        "name = 'ask'", "trace.name LIKE 'fa%'", "tags.team = 'blue'", "tags.team ILIKE 'BL%'", "tags.team IS NULL",
        "tag.team IS NOT NULL", "metadata.`mlflow.trace.session` = 's-1'",
        "request_metadata.`mlflow.trace.session` IS NULL", "timestamp > 0 AND timestamp_ms > 5",
        "timestamp > 99999999999999", "execution_time_ms >= 0", "end_time > 5", "client_request_id = 'req-1'",
        "span.name = 'model'", "span.type = 'TOOL'", "span.type IN ('TOOL', 'CHAIN')", "span.status = 'ERROR'",
        "span.name = 'model' AND span.type = 'TOOL'", "span.name ILIKE 'MOD%'", "trace.text LIKE '%answer with%'",
        "trace.text LIKE '%zebra%'", "span.attributes.k LIKE '%7%'",
        "status = 'OK' AND tags.team = 'blue' AND span.type = 'CHAIN'",
    ]  # fmt: skip
    bad_filters = [
        "color = 'red'", "name IN ('ask', 'fails')", "status > 'OK'", "name = 3", "tags.team IN 5", "span.color = 'x'",
        "timestamp = 'x'", "status = 'OK' OR name = 'x'", "trace.text = 'x'", "prompt LIKE 'a'", "prompt = 'x'",
    ]  # fmt: skip
    orders = [
        ["timestamp ASC"], ["timestamp_ms DESC"], ["name ASC"], ["status DESC", "timestamp"], ["tags.team ASC"],
        ["metadata.`mlflow.trace.session`"], ["trace.name DESC"],
    ]  # fmt: skip
    page = client.search_traces(locations=[experiment_id], max_results=2, include_spans=False)
    rest = client.search_traces(locations=[experiment_id], max_results=2, page_token=page.token)
    result = {
        "read": read,
        "tags": [tags["team"], "gone" in tags, len(tags["long"]), refused_tags],
        "found": {text or "all": found(text) for text in filters},
        "byId": [found(f"request_id = '{failed}'"), found(f"request_id IN ('{failed}', '{asked}')")],
        "bad": {text: error_of(found, text)[0] for text in bad_filters},
        "attributeIs": found("span.attributes.k = '7'"),
        "rlike": error_of(found, "name RLIKE '^a.*k$'"),
        "ordered": [found(order_by=order) for order in orders],
        "badOrder": [error_of(found, order_by=[text])[0] for text in ("color ASC", "feedback.good ASC")],
        "pages": [[names[t.info.trace_id] for t in page], [names[t.info.trace_id] for t in rest], rest.token],
        "withSpans": [len(trace.data.spans) for trace in client.search_traces(locations=[experiment_id])],
        "columns": sorted(mlflow.search_traces(locations=[experiment_id]).columns),
        "tooMany": error_of(found, max_results=501)[0],
        "infos": sorted(names[info.trace_id] for info in store.batch_get_trace_infos([asked, failed, "tr-nothing"])),
        "batch": [names[trace.info.trace_id] for trace in store.batch_get_traces([failed, "tr-nothing", asked])],
        "scoped": [len(store.batch_get_traces([failed], experiment_ids=[e])) for e in (other_id, experiment_id)],
        "unknown": [error_of(call, "tr-nothing") for call in (store.get_trace, store.get_trace_info)],
    }

    of_run = found(f"run_id = '{run_id}'")
    client.link_traces_to_run([asked, failed], run_id)
    client.link_traces_to_run([asked], run_id)
    many = [f"tr-{number}" for number in range(101)]
    result["linked"] = [of_run, found(f"run_id = '{run_id}'"), error_of(client.link_traces_to_run, many, run_id)]
    client.register_prompt("asker", "ask {{it}}")
    client.link_prompt_versions_to_trace([client.get_prompt_version("asker", 1)], asked)
    result["prompts"] = [found(f"prompt = 'asker/{version}'") for version in (1, 2)]

    live = client.start_trace("unfinished", experiment_id=experiment_id)
    child = client.start_span("done part", live.trace_id, live.span_id)
    client.end_span(live.trace_id, child.span_id)
    names[live.trace_id] = "unfinished"
    part = store.get_trace(live.trace_id, allow_partial=True)
    unfinished = [part.info.state.value, [span.name for span in part.data.spans], found("status = 'IN_PROGRESS'")]
    client.end_trace(live.trace_id, outputs="done")
    whole = client.get_trace(live.trace_id)
    result["unfinished"] = [unfinished, whole.info.state.value, sorted(span.name for span in whole.data.spans)]

    result["deleted"] = [
        client.delete_traces(experiment_id, trace_ids=[failed, "tr-nothing"]),
        client.delete_traces(other_id, trace_ids=[asked]),
        error_of(client.delete_traces, experiment_id),
        error_of(store.get_trace_info, failed),
        client.delete_traces(experiment_id, max_timestamp_millis=9999999999999, max_traces=1),
        found(),
        client.delete_traces(experiment_id, max_timestamp_millis=9999999999999),
        found(),
    ]
    return result


def assessments():
    experiment_id = client.create_experiment("assessed")
    names = log_traces(experiment_id, client.create_run(experiment_id).info.run_id)
    asked, failed, _ = names
    found = finder(experiment_id, names)
    ada, judge = AssessmentSource("HUMAN", "ada"), AssessmentSource("LLM_JUDGE", "judge")

    def say(trace_id, name, value=None, **more):
        return mlflow.log_feedback(trace_id=trace_id, name=name, value=value, **more)

    first = say(asked, "good", True, source=ada, rationale="it is", metadata={"m": "1"})
    number = say(asked, "score", 0.75)
    no = say(failed, "good", "no", source=judge)
    listed = say(failed, "list", ["a", 1, 2.5, {"k": None}])
    broken = say(failed, "broken", error=AssessmentError("E1", "went wrong", "at line 1"))
    expected = mlflow.log_expectation(trace_id=asked, name="answer", value={"a": [1, 2.0], "b": "grün"}, source=ada)
    three = mlflow.log_expectation(trace_id=failed, name="answer", value="three", source=ada)
    over = mlflow.override_feedback(
        trace_id=asked, assessment_id=first.assessment_id, value=False, rationale="on second thought", source=ada
    )
    changes = [
        Feedback(name="score", value=0.5, rationale="less", metadata={"x": "y"}),
        Expectation(name="answer", value=5),
    ]
    changed = [
        mlflow.update_assessment(asked, known.assessment_id, change)
        for known, change in zip((number, expected), changes, strict=True)
    ]
    filters = [
        "feedback.good = 'true'", "feedback.good = 'false'", "feedback.good = 'no'", "feedback.good != 'no'",
        "feedback.good LIKE '%o%'", "feedback.score > 0.4", "feedback.score < 0.4", "feedback.score IS NULL",
        "feedback.broken IS NOT NULL", "expectation.answer = 'three'", "expectation.answer >= 5",
    ]  # fmt: skip
    result = {
        "said": [shown_assessment(each) for each in (first, number, no, listed, broken, expected, three, over, *changed)],
        "replaced": shown_assessment(mlflow.get_assessment(asked, first.assessment_id)),
        "ofTrace": sorted((shown_assessment(each) for each in client.get_trace(asked).info.assessments), key=str),
        "found": {text: found(text) for text in filters},
        "bad": [error_of(found, text)[0] for text in ("feedback.score > 'x'", "feedback.score = 1")],
        "refused": {
            "unknown": error_of(mlflow.get_assessment, asked, "a-nothing"),
            "unknownTrace": error_of(mlflow.get_assessment, "tr-nothing", "a-nothing"),
            "ofUnknown": error_of(say, "tr-nothing", "good", 1),
            "overUnknown": error_of(
                _get_store().create_assessment, Feedback(name="x", value=1, trace_id=asked, overrides="a-nothing")
            ),
            "otherKind": error_of(
                mlflow.update_assessment, asked, number.assessment_id, Expectation(name="score", value=1)
            ),
        },
    }
    mlflow.delete_assessment(asked, over.assessment_id)
    mlflow.delete_assessment(asked, "a-nothing")
    result["restored"] = shown_assessment(mlflow.get_assessment(asked, first.assessment_id))
    client.delete_traces(experiment_id, trace_ids=[asked])
    result["gone"] = error_of(mlflow.get_assessment, asked, first.assessment_id)
    return result


def spans_by_hand():
    """Spans as other programs send them, and the second version of the interface for traces."""
    experiment_id = client.create_experiment("spans by hand")
    store = _get_store()

    def post(body, **headers):
        headers = {"Content-Type": "application/json", "x-mlflow-experiment-id": experiment_id, **headers}
        creds = store.get_host_creds()
        answer = http_request(creds, "/v1/traces", "POST", raise_on_status=False, extra_headers=headers, data=body)
        return answer.status_code

    def any_value(value):
        kinds = {str: "stringValue", bool: "boolValue", int: "intValue", float: "doubleValue"}
        if isinstance(value, list):
            return {"arrayValue": {"values": [any_value(each) for each in value]}}
        if isinstance(value, dict):
            return {"kvlistValue": {"values": attributes(value)}}
        return {} if value is None else {kinds[type(value)]: str(value) if type(value) is int else value}

    def attributes(values):
        return [{"key": key, "value": any_value(value)} for key, value in values.items()]

    def export(*spans):
        resource = {"attributes": attributes({"service.name": "svc", "telemetry.sdk.name": "no"})}
        return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]})

    chat = {"messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "why?"}]}
    span = {
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": "b7ad6b7169203331",
        "name": "by json",
        "kind": 2,
        "startTimeUnixNano": "1700000000000000001",
        "endTimeUnixNano": "1700000000250000002",
        "attributes": attributes({
            "s": "x", "i": 9007199254740993, "d": 1.5, "b": True, "l": ["a", 2], "m": {"k": "v"}, "e": None,
            "json": '{"in": [1, 2.0, "text"]}', "number": "1", "session.id": "s-9", "user.id": "bob",
            "mlflow.spanInputs": json.dumps(chat), "mlflow.spanOutputs": {"q": "because", "p": 1.0},
            "mlflow.traceTag.from": "json",
        }),
        "events": [{"name": "e", "timeUnixNano": "1700000000000000005", "attributes": attributes({"x": 1})}],
        "links": [{"traceId": "1" * 32, "spanId": "2" * 16, "attributes": attributes({"y": "z"})}],
        "status": {"code": 2, "message": "bad"},
        "unknown": 1,
    }  # fmt: skip
    usage = [{"input_tokens": 5, "output_tokens": 1, "total_tokens": 6}, {"input_tokens": 2, "output_tokens": 1}]
    tree = [
        {**span, "name": name, "spanId": span_id, "parentSpanId": parent_id, "attributes": attributes(values)}
        for name, span_id, parent_id, values in [
            ("sums up", "b7ad6b7169203332", span["spanId"], {"mlflow.chat.tokenUsage": json.dumps(usage[0])}),
            ("is summed up", "b7ad6b7169203333", "b7ad6b7169203332", {"mlflow.chat.tokenUsage": usage[1]}),
            ("counts too", "b7ad6b7169203334", span["spanId"], {"mlflow.chat.tokenUsage": usage[1]}),
        ]
    ]
    vocabularies = {
        "openinference": {
            "openinference.span.kind": "LLM", "input.value": '{"q":1}', "output.value": "said", "llm.model_name": "m-1",
            "llm.token_count.prompt": 3, "llm.token_count.completion": 4, "llm.provider": "p",
        },
        "gen_ai": {
            "gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(chat["messages"]),
            "gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 2, "gen_ai.request.model": "m-2",
            "gen_ai.usage.cache_read.input_tokens": 1, "gen_ai.conversation.id": "c-1",
        },
        "traceloop": {
            "traceloop.span.kind": "tool", "gen_ai.prompt.0.content": "asked", "gen_ai.completion.0.content": "told",
            "gen_ai.usage.prompt_tokens": "5", "llm.usage.total_tokens": 9, "gen_ai.system": "sys",
        },
        "named": {"mlflow.spanType": "UNKNOWN", "mlflow.spanInputs": {"model": "m-3"}, "input.value": "", "tags": []},
    }  # fmt: skip
    others = [
        {**span, "name": name, "traceId": "2" * 31 + str(at), "attributes": attributes(values)}
        for at, (name, values) in enumerate(vocabularies.items(), 1)
    ]
    protobuf = {"Content-Type": "application/x-protobuf"}
    sent = {
        "children": post(export(*tree[1:])),
        "gzip": post(gzip.compress(export(tree[0]).encode()), **{"Content-Encoding": "gzip"}),
        "root": post(export(span)),
        "again": post(export(span)),
        "others": post(export(*others)),
        "noSpans": post("{}"),
        "noJson": post("{"),
        "noProtobuf": post(b"\x0a\xff\xff", **protobuf),
        "empty": post(b"", **protobuf),
        "otherType": post("x", **{"Content-Type": "text/plain"}),
        "unknownExperiment": post(export({**span, "traceId": "1" * 32}), **{"x-mlflow-experiment-id": "987654"}),
    }
    translated = [store.get_trace(f"tr-{other['traceId']}", allow_partial=True) for other in others]
    trace = store.get_trace("tr-0af7651916cd43dd8448eb211c80319c", allow_partial=True)
    info = trace.info

    begun = store.deprecated_start_trace_v2(experiment_id, 1000, {"m": "v"}, {"t": "v", "mlflow.traceName": "old"})
    ended = store.deprecated_end_trace_v2(begun.request_id, 1234, begun.status.OK, {"m2": "w"}, {"t": "w"})
    path = f"traces/{begun.request_id}"

    def old(info):
        kept = [sorted(info.request_metadata.items()), sorted(set(info.tags) - {"mlflow.artifactLocation"})]
        return [info.timestamp_ms, info.execution_time_ms, info.status.value, *kept]

    return {
        "sent": sent,
        "noSpanId": post(export({**span, "spanId": ""})),
        "links": [[link.span_id, link.attributes] for link in trace.data.spans[0].links],
        "read": shown_trace(info),
        "times": [info.request_time, info.execution_duration, trace.data.spans[0].start_time_ns],
        "spans": sorted((shown_span(each) for each in trace.data.spans), key=lambda each: each["is"][0]),
        "others": [[shown_trace(each.info), shown_span(each.data.spans[0])] for each in translated],
        "old": [old(begun), old(ended), begun.request_id == ended.request_id],
        "requests": [
            send("GET", f"{path}/info"),
            send("GET", "traces", {"experiment_ids": experiment_id, "order_by": "timestamp"}),
            send("GET", "traces", {"experiment_ids": experiment_id, "max_results": 501})[:2],
            send("PATCH", f"{path}/tags", {"key": "a", "value": "b"}),
            send("DELETE", f"{path}/tags", {"key": "a"}),
            send("DELETE", f"{path}/tags", {"key": "a"})[:2],
            send("PATCH", f"{path}/tags", {"key": "a", "value": "b"}, "3.0"),
            send("DELETE", f"{path}/tags", {"key": "a"}, "3.0"),
            send("PATCH", f"{path}/tags", {"key": "mlflow.trace.spansLocation", "value": "b"}, "3.0"),
            send("POST", "traces/delete-traces", {"experiment_id": experiment_id, "request_ids": ["tr-1"]}, "3.0"),
            send("POST", "traces", {}, "3.0")[:2],
            send("POST", "traces/delete-traces", {"experiment_id": experiment_id, "request_ids": [begun.request_id]}),
            send("GET", f"{path}/info")[:2],
            send("POST", "traces/link-to-run", {"trace_ids": [], "run_id": "r"})[:2],
            send("POST", "traces/link-prompts", {"trace_id": "tr-1", "prompt_versions": []})[:2],
        ],
    }


def scorers():
    from mlflow.genai.scorers import Guidelines, RelevanceToQuery, delete_scorer, get_scorer, list_scorers
    from mlflow.genai.scorers.registry import list_scorer_versions

    ids = [client.create_experiment(name) for name in ("scorers", "other scorers", "scorers gone")]
    experiment_id = ids[0]
    store = _get_store()

    def guide(text, name="tone"):
        return Guidelines(name=name, guidelines=text).register(experiment_id=experiment_id)

    def shown(version):
        of = version.experiment_id
        kept = [json.loads(version._serialized_scorer)["name"], version.creation_time > 0, len(version.scorer_id)]
        return [ids.index(of) if of in ids else of, version.scorer_name, version.scorer_version, *kept]

    def register(written, name="by hand", experiment_id=experiment_id):
        text = written if isinstance(written, str) else json.dumps(written)
        return error_of(store.register_scorer, experiment_id, name, text)

    def named(**query):
        answer = http_request(store.get_host_creds(), "/api/3.0/mlflow/scorers/list", "GET", params=query)
        return [scorer["scorer_name"] for scorer in answer.json().get("scorers", []) if str(scorer["experiment_id"]) in ids]

    nothing = list_scorers(experiment_id=experiment_id)
    guide("be polite")
    guide("be brief")
    guide("be kind")
    guide("be right", "fact / größe")
    RelevanceToQuery().register(experiment_id=ids[1])
    store.register_scorer(ids[2], "gone", json.dumps({"name": "gone"}))
    store.register_scorer(experiment_id, "by hand", json.dumps({"name": "a", "number": 1.50, "none": None}))
    client.delete_experiment(ids[2])
    tone = store.get_scorer(experiment_id, "tone")
    listed = store.list_scorers(experiment_id)
    versions = store.list_scorer_versions(experiment_id, "tone")
    scoring = store.upsert_online_scoring_config(experiment_id, "tone", 0.0, "tag.a = 'b'")
    again = store.upsert_online_scoring_config(experiment_id, "tone", 0.0)
    read = [
        [config.sample_rate, config.filter_string, config.scorer_id == tone.scorer_id, config.experiment_id == experiment_id]
        for config in [scoring, again, *store.get_online_scoring_configs([tone.scorer_id, "nobody"])]
    ]
    delete_scorer(name="tone", experiment_id=experiment_id, version=2)
    left = [[s.guidelines, version] for s, version in list_scorer_versions(name="tone", experiment_id=experiment_id)]
    delete_scorer(name="tone", experiment_id=experiment_id, version=3)
    highest = get_scorer(name="tone", experiment_id=experiment_id).guidelines
    guide("be new")
    renewed = store.get_scorer(experiment_id, "tone").scorer_version
    delete_scorer(name="tone", experiment_id=experiment_id, version="all")
    unnamed = {"experiment_id": experiment_id, "name": "tone"}
    return {
        "nothing": nothing,
        "tone": shown(tone),
        "listed": [shown(version) for version in listed],
        "versions": [shown(version) for version in versions],
        "oneIdForAll": len({version.scorer_id for version in versions}),
        "online": read,
        "left": left,
        "highest": highest,
        "renewed": renewed,
        "scorers": [scorer.name for scorer in list_scorers(experiment_id=ids[1])],
        "ofAll": named(),
        "ofSome": named(experiment_ids=[ids[1], ids[2], "987654"]),
        "deleted": error_of(store.get_scorer, experiment_id, "tone"),
        "deletedVersions": error_of(store.list_scorer_versions, experiment_id, "tone"),
        "deletedTwice": error_of(store.delete_scorer, experiment_id, "tone"),
        "noVersion": error_of(store.get_scorer, experiment_id, "by hand", 7),
        "noVersionToDelete": error_of(store.delete_scorer, experiment_id, "by hand", 7),
        "noExperiment": error_of(store.list_scorers, "987654"),
        "deletedExperiment": error_of(store.list_scorers, ids[2]),
        "inDeletedExperiment": register({"name": "x"}, experiment_id=ids[2]),
        "noJson": register("{"),
        "blankName": register({"name": "x"}, name=" "),
        "code": register({"name": "x", "inner": [{"call_source": "return 1"}]}),
        "destination": register(
            {"third_party_scorer_data": {"kwargs": {"a": [["base_url", "http://h"]], "b": {"api_base": "http://h"}}}}
        ),
        "blankModel": register({"instructions_judge_pydantic_data": {"model": " "}}),
        "gateway": register({"memory_augmented_judge_data": {"base_judge": {"builtin_scorer_pydantic_data": {"model": "gateway:/chat"}}}}),
        "rateOfNone": error_of(store.upsert_online_scoring_config, experiment_id, "by hand", 0.5),
        "rateAboveOne": error_of(store.upsert_online_scoring_config, experiment_id, "by hand", 1.5),
        "badFilter": error_of(store.upsert_online_scoring_config, experiment_id, "by hand", 0.0, "nonsense")[0],
        "onlineOfNobody": error_of(store.upsert_online_scoring_config, experiment_id, "tone", 0.0),
        "requests": [
            send("POST", "scorers/register", {}, "3.0"),
            send("GET", "scorers/get", {"experiment_id": experiment_id}, "3.0"),
            send("GET", "scorers/get", {**unnamed, "version": "first"}, "3.0")[:2],
            send("GET", "scorers/list", {"experiment_id": experiment_id, "experiment_ids": ids}, "3.0"),
            send("GET", "scorers/list", {"experiment_id": "first"}, "3.0"),
            send("GET", "scorers/versions", {}, "3.0"),
            send("DELETE", "scorers/delete", {"name": "tone"}, "3.0"),
            send("GET", "scorers/online-configs", {}, "3.0")[:2],
            send("PUT", "scorers/online-config", unnamed, "3.0")[:2],
            send("POST", "scorers/register", {**unnamed, "serialized_scorer": "{}"}, "3.0"),
        ],
    }


def artifact_uploads():
    experiment_id = client.create_experiment("uploads")
    run_id = client.create_run(experiment_id).info.run_id
    root = f"{experiment_id}/{run_id}/artifacts"
    data = np.random.default_rng(11).bytes(5 * 2**20 + 17)
    settings = {
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
        "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(2**20),
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(2**20),
    }
    os.environ.update(settings)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "größe 100%.bin").write_bytes(data)
        (Path(folder) / "small.txt").write_text("small")
        client.log_artifacts(run_id, folder, "deep er")
        client.log_artifact(run_id, str(Path(folder, "größe 100%.bin")))
    for name in settings:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        local = Path(client.download_artifacts(run_id, "", folder))
        read = {path.relative_to(local).as_posix(): path.read_bytes() == data for path in local.rglob("*") if path.is_file()}

    def mpu(action, path, body):
        creds = _get_store().get_host_creds()
        answer = http_request(creds, f"/api/2.0/mlflow-artifacts/mpu/{action}/{path}", "POST", json=body, raise_on_status=False)
        found = answer.json() if "json" in answer.headers["Content-Type"] else {"message": ""}
        return found if answer.status_code == 200 else [answer.status_code, first_line(found["message"])]

    def presigned(way, **body):
        return send("POST", f"artifacts/presigned-{way}-url", body)

    made = mpu("create", root, {"path": "x.bin", "num_parts": 2})
    answer = http_request(_get_store().get_host_creds(), f"/api/2.0/mlflow-artifacts/presigned/{root}/a", "GET", raise_on_status=False)
    return {
        "listed": tree(run_id),
        "same": read,
        "created": sorted(made) if isinstance(made, dict) else made,
        "aborted": mpu("abort", root, {"path": "x.bin", "upload_id": made["upload_id"] if isinstance(made, dict) else "u"}),
        "outside": mpu("create", "..%2Fup", {"path": "x.bin", "num_parts": 1}),
        "noPath": mpu("create", root, {"num_parts": 1}),
        "presigned": [answer.status_code, answer.json()["message"]],
        "upload": presigned("upload", run_id=run_id, path="a"),
        "uploadOfBoth": presigned("upload", run_id=run_id, model_id="m-1", path="a"),
        "uploadOfNone": presigned("upload", path="a"),
        "uploadOfNobody": presigned("upload", run_id="0" * 32, path="a"),
        "uploadOutside": presigned("upload", run_id=run_id, path="../a"),
        "uploadNoPath": presigned("upload", run_id=run_id),
        "download": presigned("download", run_id=run_id, path="a"),
        "downloadTooLong": presigned("download", run_id=run_id, path="a", expiration=604801),
        "downloadOfNone": presigned("download", path="a"),
    }


def webhooks():
    # An address needs no name server, and nothing is sent to it here.
    url = "https://8.8.8.8/hook"
    events = ["registered_model.created", "model_version_tag.set"]

    def shown(webhook):
        kept = [webhook.name, webhook.url, sorted(str(event) for event in webhook.events), webhook.description]
        return [*kept, str(webhook.status), len(webhook.webhook_id), webhook.secret]

    def create(name="refused", url=url, events=events, **kwargs):
        return error_of(client.create_webhook, name, url, events, **kwargs)

    def post(**changed):
        body = {"name": "by-hand", "url": url, "events": [{"entity": "PROMPT", "action": "CREATED"}]}
        return send("POST", "webhooks", {**body, **changed})

    first = client.create_webhook("first", url, events, "the first", "secret", "DISABLED")
    second = client.create_webhook("second.hook-2", f"{url}?a=b", ["prompt.created"])
    third = client.create_webhook("third", url, ["prompt_alias.deleted", "budget_policy.exceeded"])
    page = client.list_webhooks(max_results=2)
    rest = client.list_webhooks(max_results=2, page_token=page.token)
    changed = client.update_webhook(first.webhook_id, name="renamed", status="DISABLED", events=["prompt_tag.set"])
    again = client.update_webhook(first.webhook_id, description="", secret="", url=f"{url}/other")
    client.delete_webhook(third.webhook_id)
    nobody = "00000000-0000-0000-0000-000000000000"
    return {
        "first": shown(first),
        "second": shown(second),
        "third": shown(third),
        "pages": [sorted(w.name for w in page) == sorted(w.name for w in page), len(page), len(rest), rest.token],
        "changed": shown(changed),
        "again": shown(again),
        "read": shown(client.get_webhook(first.webhook_id)),
        "left": sorted(w.name for w in client.list_webhooks()),
        "newer": again.last_updated_timestamp >= first.creation_timestamp == again.creation_timestamp,
        "deleted": first_line(error_of(client.get_webhook, third.webhook_id)[1])[:16],
        "unknown": error_of(client.get_webhook, nobody),
        "unknownUpdated": error_of(client.update_webhook, nobody, name="x"),
        "unknownDeleted": error_of(client.delete_webhook, nobody),
        "unknownTested": error_of(client.test_webhook, nobody),
        "badName": create("Bad Name"),
        "longName": create("n" * 64),
        "badNameUpdated": error_of(client.update_webhook, second.webhook_id, name="-x"),
        "http": create(url="http://8.8.8.8/"),
        "file": create(url="file:///etc/passwd"),
        "noHost": create(url="https:///x"),
        "blank": create(url=" "),
        "loopback": create(url="https://127.0.0.1/"),
        "mapped": create(url="https://[::ffff:10.0.0.1]/")[0],
        "link": create(url="https://169.254.169.254/latest"),
        "private": create(url="https://10.1.2.3:8443/"),
        "privateUpdated": error_of(client.update_webhook, second.webhook_id, url="https://192.168.1.1/"),
        "localhost": create(url="https://localhost/")[0],
        "noEvents": post(events=[]),
        "badEntity": post(events=[{"entity": "NOTHING", "action": "CREATED"}])[:2],
        "badAction": post(events=[{"entity": "PROMPT", "action": "DELETED"}]),
        "byNumber": post(events=[{"entity": 5, "action": 1}], status="DISABLED"),
        "nothingSent": send("POST", "webhooks", {}),
        "noUrl": post(url=None),
        "badStatus": post(status="SLEEPING")[:2],
        "tooMany": send("GET", "webhooks", {"max_results": 1001}),
        "badToken": send("GET", "webhooks", {"page_token": "nonsense"})[:2],
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
    prompts,
    evaluation_datasets,
    traces,
    assessments,
    spans_by_hand,
    scorers,
    artifact_uploads,
    webhooks,
    refusals,
    requests_by_hand,
]
called = []
send_request = requests.Session.send


def note_request(session, request, **kwargs):
    called.append([request.method, unquote(urlparse(request.url).path)])
    return send_request(session, request, **kwargs)


requests.Session.send = note_request


def shown_by(scenario):
    called.clear()
    return {"shown": scenario(), "called": list(called)}


json.dump({scenario.__name__: shown_by(scenario) for scenario in scenarios}, sys.stdout)
