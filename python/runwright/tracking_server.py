"""
An MLflow tracking server, by its REST API: https://mlflow.org/docs/latest/api_reference/rest-api.html
"""

from __future__ import annotations

import base64
import functools
import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

_json_limit_bytes = 64 << 20


class ServerRefused(Exception):
    """The server has answered, and not done what was asked; its sentence is the message."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token along to wherever it leads."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@functools.lru_cache(maxsize=1)
def opener() -> urllib.request.OpenerDirector:
    """Opens URLs, and follows no redirects. Made once: it reads the certificates of the system."""
    return urllib.request.build_opener(_NoRedirect)


def authorization(env: Mapping[str, str]) -> dict[str, str]:
    """As MLflow's client: a name and a password go before a token."""
    name, password = env.get("MLFLOW_TRACKING_USERNAME"), env.get("MLFLOW_TRACKING_PASSWORD")
    if name and password:
        return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
    token = env.get("MLFLOW_TRACKING_TOKEN")
    return {"Authorization": f"Bearer {token}"} if token else {}


class TrackingServer:
    """Methods raise OSError when it cannot be reached, ValueError for what is no answer, and ServerRefused."""

    def __init__(self, uri: str, headers: Mapping[str, str], timeout_seconds: float) -> None:
        self.uri = uri.rstrip("/")
        self.headers = dict(headers)
        self.timeout_seconds = timeout_seconds

    def get(self, route: str, **query: str) -> dict[str, Any]:
        return self._ask(f"{route}?{urlencode(query)}", None)

    def post(self, route: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask(route, json.dumps(body).encode())

    def call(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """A method that only Runwright's engine has."""
        return self._send("runwright/v1/call", json.dumps({"method": method, "params": params}).encode())

    def _ask(self, route: str, body: bytes | None) -> dict[str, Any]:
        return self._send(f"api/2.0/mlflow/{route}", body)

    def _send(self, path: str, body: bytes | None) -> dict[str, Any]:
        headers = {**self.headers, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.uri}/{path}", body, headers)
        try:
            with opener().open(request, timeout=self.timeout_seconds) as response:
                answer = json.loads(response.read(_json_limit_bytes))
        except urllib.error.HTTPError as error:
            with error:
                raise _explain(error) from None
        if not isinstance(answer, dict):
            raise ValueError("The tracking server answered with no JSON object.")
        return answer


def _explain(error: urllib.error.HTTPError) -> ServerRefused:
    try:
        told = json.loads(error.read(_json_limit_bytes))
        return ServerRefused(str(told["message"]), str(told["error_code"]))
    except (ValueError, KeyError, TypeError):
        return ServerRefused(f"The tracking server answered {error.code} {error.reason}.", str(error.code))


def find_tracking_server(env: Mapping[str, str], timeout_seconds: float) -> TrackingServer | None:
    """The one that MLFLOW_TRACKING_URI names; None where that is no server."""
    uri = env.get("MLFLOW_TRACKING_URI", "")
    if not re.match(r"https?://", uri):
        return None
    return TrackingServer(uri, authorization(env), timeout_seconds)
