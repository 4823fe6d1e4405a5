"""Changes a registry with an unchanged MLflow client and prints, as JSON, what its webhooks were sent."""

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"

from mlflow import MlflowClient

secret = "geheim ü"
received = []
lock = threading.Lock()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            seen = [entry["path"] for entry in received]
            received.append({"path": self.path, "headers": dict(self.headers), "body": body.decode()})
        # Once it cannot, then it can; `/refused` never will.
        status = {"/busy": 200 if "/busy" in seen else 503, "/refused": 410}.get(self.path, 200)
        answer = f"answer {status}".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
client = MlflowClient()
events = """registered_model.created model_version.created model_version_tag.set model_version_tag.deleted
  model_version_alias.created model_version_alias.deleted prompt.created prompt_version.created prompt_tag.set
  prompt_tag.deleted prompt_version_tag.set prompt_version_tag.deleted prompt_alias.created prompt_alias.deleted""".split()


def wait(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, received
        time.sleep(0.02)


def got(path):
    with lock:
        return [entry for entry in received if entry["path"] == path]


def is_signed(entry):
    headers = {name.lower(): value for name, value in entry["headers"].items()}
    content = ".".join([headers["x-mlflow-delivery-id"], headers["x-mlflow-timestamp"], entry["body"]])
    digest = hmac.new(secret.encode(), content.encode(), hashlib.sha256).digest()
    return headers.get("x-mlflow-signature") == f"v1,{base64.b64encode(digest).decode()}"


def shown(entry):
    body = json.loads(entry["body"].replace(run.info.run_id, "RUN"))
    body["timestamp"] = len(body["timestamp"]) > 20 and body["timestamp"].endswith("+00:00")
    return body


everything = client.create_webhook("everything", f"{url}/all", events, secret=secret)
client.create_webhook("unsigned", f"{url}/unsigned", ["registered_model.created"])
client.create_webhook("disabled", f"{url}/disabled", events, status="DISABLED")
client.create_webhook("busy", f"{url}/busy", ["prompt.created"])
client.create_webhook("refused", f"{url}/refused", ["prompt.created"])

experiment_id = client.create_experiment("told")
run = client.create_run(experiment_id)
client.create_registered_model("größe", {"team": "red", "__proto__": "plain"}, "Reads digits.")
client.create_registered_model("bare")
client.set_registered_model_tag("bare", "not", "told")
client._create_model_version("größe", f"{run.info.artifact_uri}/model", run.info.run_id, tags={"by": "hand"}, description="first")
client._create_model_version("bare", "models:/größe/1")
client.set_model_version_tag("größe", "1", "checked", "yes")
client.delete_model_version_tag("größe", "1", "checked")
client.set_registered_model_alias("größe", "best", "1")
client.delete_registered_model_alias("größe", "best")
client.register_prompt("summary", "Sum up {{ text }}.", "the first", {"team": "red"})
client.set_prompt_alias("summary", "best", 1)
client.delete_prompt_alias("summary", "best")
client.set_prompt_tag("summary", "for", "news")
client.delete_prompt_tag("summary", "for")
client.set_prompt_version_tag("summary", 1, "checked", "yes")
client.delete_prompt_version_tag("summary", 1, "checked")
client.create_registered_model("last")

# All that was changed above but what is not told: tags of models that are no prompts.
wait(lambda: len(got("/all")) == 18)
wait(lambda: len(got("/busy")) == 2)
wait(lambda: len(got("/refused")) == 1)
told = got("/all")
tested = [client.test_webhook(everything.webhook_id), client.test_webhook(everything.webhook_id, "prompt_alias.created")]
bad = client.create_webhook("bad", f"{url}/refused", ["prompt.created"])
refused = client.test_webhook(bad.webhook_id)
server.shutdown()
server.server_close()

json.dump(
    {
        "told": sorted((shown(entry) for entry in told), key=lambda body: json.dumps(body, sort_keys=True)),
        "signed": [is_signed(entry) for entry in told],
        "headers": sorted({name.lower() for name in told[0]["headers"] if name.lower().startswith(("x-mlflow", "content"))}),
        "idsDiffer": len({entry["headers"]["X-MLflow-Delivery-Id"] for entry in told}) == len(told),
        "unsigned": ["X-MLflow-Signature" in entry["headers"] for entry in got("/unsigned")],
        "disabled": len(got("/disabled")),
        "busy": len({entry["headers"]["X-MLflow-Delivery-Id"] for entry in got("/busy")}),
        "tested": [[result.success, result.response_status, result.response_body, result.error_message] for result in tested],
        "examples": [shown(entry) for entry in got("/all")[len(told) :]],
        "examplesSigned": [is_signed(entry) for entry in got("/all")[len(told) :]],
        "refused": [refused.success, refused.response_status, refused.response_body],
    },
    sys.stdout,
)
