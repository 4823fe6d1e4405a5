"""The real engine is in test/integration of the repository."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlparse

from runwright.notebook.find_engine import find_server

from .workplace import Workplace


class Hello(BaseHTTPRequestHandler):
    token = ""

    def do_GET(self) -> None:
        nonce = parse_qs(urlparse(self.path).query)["nonce"][0]
        proof = hmac.new(self.token.encode(), f"{nonce}|7|1.0".encode(), hashlib.sha256).hexdigest()
        body = json.dumps({"pid": 7, "version": "1.0", "protocolVersion": 1, "proof": proof}).encode()
        assert "Authorization" not in self.headers
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class FindEngineTest(Workplace):
    def setUp(self) -> None:
        super().setUp()
        self.server = HTTPServer(("127.0.0.1", 0), Hello)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        (self.folder / ".runwright").mkdir()
        self.file = self.folder / ".runwright" / "engine.json"
        told = {"pid": 7, "port": self.server.server_port, "token": "secret", "version": "1.0"}
        self.file.write_text(json.dumps(told))
        self.file.chmod(0o600)
        (self.folder / "inside").mkdir()
        os.chdir(self.folder / "inside")

    def test_is_that_of_the_nearest_folder_and_proves_itself(self) -> None:
        with mock.patch.object(Hello, "token", "secret"):
            server = find_server()
        self.assertEqual(server.uri, f"http://127.0.0.1:{self.server.server_port}")
        self.assertEqual(server.headers, {"Authorization": "Bearer secret"})

    def test_one_that_does_not_know_the_token_is_none(self) -> None:
        with self.assertRaisesRegex(ValueError, "is not the engine of"):
            find_server()

    def test_a_file_that_others_may_read_is_not_believed(self) -> None:
        self.file.chmod(0o644)
        with self.assertRaisesRegex(ValueError, "is not believed"):
            find_server()

    def test_a_server_that_is_named_goes_before(self) -> None:
        with mock.patch.dict(os.environ, MLFLOW_TRACKING_URI="http://127.0.0.1:1", MLFLOW_TRACKING_TOKEN="t"):
            self.assertEqual(find_server().uri, "http://127.0.0.1:1")

    def test_where_there_is_none_it_says_what_starts_it(self) -> None:
        self.file.unlink()
        with self.assertRaisesRegex(LookupError, "no engine is known here. %runs starts it"):
            find_server()
