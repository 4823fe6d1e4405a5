"""
The artifacts of the run, through the REST API that MLflow's tracking servers have.

https://mlflow.org/docs/latest/api_reference/rest-api.html, and the artifact proxy below /api/2.0/mlflow-artifacts.
"""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

from .tracking_server import authorization, opener

_json_limit_bytes = 64 << 20


class NoProxiedArtifacts(Exception):
    """The server keeps the artifacts of the run elsewhere, where only MLflow's own client gets at them."""


class RunArtifacts:
    """
    Paths are relative to the artifact folder of the run, with `/`. Methods raise OSError, or ValueError. `root_uri` is
    what the server says of the run as its `artifact_uri`; where it is not known, the server is asked.
    """

    def __init__(
        self,
        uri: str,
        run_id: str,
        headers: Mapping[str, str],
        timeout_seconds: float = 30,
        root_uri: str | None = None,
    ) -> None:
        self.uri = uri.rstrip("/")
        self.run_id = run_id
        self.headers = dict(headers)
        self.timeout_seconds = timeout_seconds
        self._root_uri = root_uri
        self._root: str | None = None

    def list_names(self, folder: str) -> set[str]:
        """Names of the files in a folder; none when it is not there."""
        found = self._list(folder).get("files", [])
        return {each["path"].rsplit("/", 1)[-1] for each in found if not each.get("is_dir")}

    def read(self, path: str) -> bytes:
        """A small file."""
        with self._send("GET", self._locate(path)) as response:
            return bytes(response.read(_json_limit_bytes))

    def download(self, path: str, file: BinaryIO) -> None:
        with self._send("GET", self._locate(path)) as response:
            shutil.copyfileobj(response, file, 1 << 20)

    def upload(self, path: str, file: BinaryIO, size_bytes: int) -> None:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
        self._send("PUT", self._locate(path), file, headers).close()

    def delete(self, path: str) -> None:
        self._send("DELETE", self._locate(path)).close()

    def post(self, route: str, body: bytes, timeout_seconds: float) -> None:
        """JSON to one of the routes that have nothing to say."""
        headers = {**self.headers, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.uri}/api/2.0/mlflow/{route}", body, headers)
        opener().open(request, timeout=timeout_seconds).close()

    def _list(self, folder: str) -> dict[str, Any]:
        query = urlencode({"run_id": self.run_id, "path": folder})
        with self._send("GET", f"{self.uri}/api/2.0/mlflow/artifacts/list?{query}") as response:
            answer = json.loads(response.read(_json_limit_bytes))
        if not isinstance(answer, dict):
            raise ValueError("The tracking server answered with no JSON object.")
        return answer

    def _locate(self, path: str) -> str:
        if self._root is None:
            root_uri = self._root_uri or str(self._list("").get("root_uri"))
            match = re.fullmatch(r"mlflow-artifacts:/+(?:[^/]*:\d+/)?(.*)", root_uri)
            if match is None:
                raise NoProxiedArtifacts(f"The artifacts of run {self.run_id} are at {root_uri}.")
            self._root = match[1].rstrip("/")
        return f"{self.uri}/api/2.0/mlflow-artifacts/artifacts/{quote(f'{self._root}/{path}')}"

    def _send(
        self, method: str, url: str, body: BinaryIO | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        request = urllib.request.Request(url, data=body, method=method, headers={**self.headers, **(headers or {})})
        return opener().open(request, timeout=self.timeout_seconds)


def find_run_artifacts(env: Mapping[str, str]) -> RunArtifacts | None:
    """Of the run that MLFLOW_RUN_ID names, at MLFLOW_TRACKING_URI; None where that is no server."""
    uri, run_id = env.get("MLFLOW_TRACKING_URI", ""), env.get("MLFLOW_RUN_ID", "")
    if not re.match(r"https?://", uri) or run_id == "":
        return None
    return RunArtifacts(uri, run_id, authorization(env))
