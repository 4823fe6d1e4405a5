"""Where runs are logged: MLFLOW_TRACKING_URI, or the engine of the folder."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
import urllib.request
from pathlib import Path
from typing import Any

from ..tracking_server import TrackingServer, find_tracking_server, opener

_timeout_seconds = 5.0


def find_server() -> TrackingServer:
    """Raises LookupError where there is none, OSError and ValueError where it does not answer rightly."""
    named = find_tracking_server(os.environ, _timeout_seconds)
    if named is not None:
        return named
    folder = Path.cwd()
    for place in (folder, *folder.parents):
        file = place / ".runwright" / "engine.json"
        if file.is_file():
            return _connect(file)
    raise LookupError("no engine is known here. %runs starts it; MLFLOW_TRACKING_URI names another server.")


def _connect(path: Path) -> TrackingServer:
    """Whoever can write such a file could name a server of theirs: it has to be this user's alone, and to know the token."""
    with path.open(encoding="utf-8") as file:
        found = os.fstat(file.fileno())
        is_mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
        if not is_mine or (os.name != "nt" and stat.S_IMODE(found.st_mode) & 0o077):
            raise ValueError(f"{path} is not this user's alone, and is not believed.")
        told: dict[str, Any] = json.load(file)
    uri, token, nonce = f"http://127.0.0.1:{int(told['port'])}", str(told["token"]), secrets.token_hex(16)
    hello = urllib.request.Request(f"{uri}/runwright/v1/hello?nonce={nonce}")
    with opener().open(hello, timeout=_timeout_seconds) as response:
        answer = json.loads(response.read(65536))
    message = f"{nonce}|{answer['pid']}|{answer['version']}"
    if not hmac.compare_digest(hmac.new(token.encode(), message.encode(), hashlib.sha256).hexdigest(), answer["proof"]):
        raise ValueError(f"what listens at {uri} is not the engine of {path}.")
    return TrackingServer(uri, {"Authorization": f"Bearer {token}"}, _timeout_seconds)
