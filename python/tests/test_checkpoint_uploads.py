"""Servers that are away, slow, broken or elsewhere; the real engine is in test/integration of the repository."""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

from runwright import checkpoint, resume, wait_for_uploads
from runwright.checkpoint import _uploads

from .workplace import Workplace

_run_id = "0" * 31 + "a"
_proxy = f"/api/2.0/mlflow-artifacts/artifacts/1/{_run_id}/artifacts/checkpoints/"

_training = """
from runwright import checkpoint
for step in range(20):
    checkpoint({"at": step}, step)
print("trained")
"""


class StandIn(ThreadingHTTPServer):
    """A tracking server that keeps files in memory and fails as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.order: list[str] = []
        self.failures = 0
        self.gate = threading.Event()
        self.gate.set()
        self.root_uri = f"mlflow-artifacts:/1/{_run_id}/artifacts"
        self.redirect_to: str | None = None
        self.tokens: list[str | None] = []

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: StandIn

    def answer(self, code: int, content: Any = None, **headers: str) -> None:
        body = b"{}" if content is None else content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle_request(self, body: bytes = b"") -> None:
        server = self.server
        server.tokens.append(self.headers["Authorization"])
        server.gate.wait(30)
        name = self.path[len(_proxy) :]
        if server.redirect_to is not None:
            return self.answer(307, Location=server.redirect_to + self.path)
        if server.failures > 0:
            server.failures -= 1
            return self.answer(500)
        if self.path.startswith("/api/2.0/mlflow/artifacts/list?"):
            files = [{"path": f"checkpoints/{each}", "is_dir": False} for each in server.files]
            return self.answer(200, {"root_uri": server.root_uri, **({"files": files} if files else {})})
        assert self.path.startswith(_proxy), self.path
        if self.command == "PUT":
            server.files[name] = body
            server.order.append(name)
        elif self.command == "DELETE":
            del server.files[name]
        else:
            return self.answer(200, server.files[name])
        self.answer(200)

    def do_GET(self) -> None:
        self.handle_request()

    def do_DELETE(self) -> None:
        self.handle_request()

    def do_PUT(self) -> None:
        self.handle_request(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_: Any) -> None:
        pass


class UploadTest(Workplace):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.serve()
        self.environment(MLFLOW_TRACKING_URI=self.server.uri, MLFLOW_RUN_ID=_run_id, MLFLOW_TRACKING_TOKEN="secret")
        quick = mock.patch("runwright.checkpoint_uploads._first_pause_seconds", 0.02)
        quick.start()
        self.addCleanup(quick.stop)
        self.addCleanup(_uploads.clear)

    def environment(self, **variables: str) -> None:
        change = mock.patch.dict(os.environ, variables)
        change.start()
        self.addCleanup(change.stop)

    def serve(self) -> StandIn:
        server = StandIn()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(server.gate.set)
        return server

    def save(self, *steps: int, **options: Any) -> None:
        for step in steps:
            checkpoint({"at": step}, step, **options)

    def steps(self) -> list[int]:
        return sorted(int(name.split("-")[1]) for name in self.server.files if name.endswith(".json"))

    def test_the_server_has_what_the_folder_has_and_each_state_came_before_its_manifest(self) -> None:
        self.save(1, 2, 3, 4)
        self.assertTrue(wait_for_uploads(20))
        self.save(5, keep_last=2)
        self.assertTrue(wait_for_uploads(20))
        self.assertEqual(self.steps(), [4, 5])
        self.assertEqual(len(self.server.files), 4)
        for name in self.server.order:
            if name.endswith(".json"):
                self.assertLess(self.server.order.index(name.replace(".json", ".pkl")), self.server.order.index(name))
        self.assertEqual(set(self.server.tokens), {"Bearer secret"})

    def test_the_half_of_a_checkpoint_that_a_kill_has_left_goes_and_what_others_have_put_there_stays(self) -> None:
        self.server.files = {"step-0-00000000.pkl": b"half", "notes.pkl": b"mine"}
        self.save(1)
        self.assertTrue(wait_for_uploads(20))
        self.assertEqual({name for name in self.server.files if not name.startswith("step-1-")}, {"notes.pkl"})
        self.assertEqual(self.steps(), [1])

    def test_a_slow_server_holds_up_no_training_and_gets_the_newest_first_and_the_pruned_never(self) -> None:
        self.server.gate.clear()
        self.save(*range(50), keep_last=2)
        self.assertFalse(wait_for_uploads(0.05))
        self.server.gate.set()
        self.assertTrue(wait_for_uploads(20))
        self.assertEqual(self.steps(), [48, 49])
        self.assertEqual([name.split("-")[1] for name in self.server.order], ["49", "49", "48", "48"])

    def test_a_server_that_fails_for_a_while_gets_all_in_the_end_with_one_warning(self) -> None:
        self.server.failures = 4
        with self.assertLogs("runwright", "WARNING") as logs:
            self.save(1, 2)
            self.assertTrue(wait_for_uploads(20))
        self.assertEqual((self.steps(), len(logs.output)), ([1, 2], 1))

    def test_a_server_that_is_away_costs_a_warning(self) -> None:
        said = self.start(_training, MLFLOW_TRACKING_URI="http://127.0.0.1:9")
        started = time.monotonic()
        output, problems = said.communicate(timeout=60)
        self.assertEqual((said.returncode, output), (0, "trained\n"))
        self.assertLess(time.monotonic() - started, 20, "the end does not wait for a server that has failed")
        self.assertIn("could not be uploaded", problems)
        self.assertIn("they are on disk", problems)

    def test_a_program_waits_at_its_end_for_what_is_on_its_way(self) -> None:
        self.run_program(_training)
        self.assertEqual(self.steps(), [17, 18, 19])

    def test_artifacts_that_are_kept_elsewhere_leave_checkpoints_on_disk(self) -> None:
        self.server.root_uri = "s3://bucket/artifacts"
        with self.assertLogs("runwright", "WARNING") as logs:
            self.save(1)
            self.assertFalse(wait_for_uploads(0.3))
        self.assertIn("stay on disk only", logs.output[0])
        found = resume()
        assert found is not None
        self.assertEqual(found.step, 1)

    def test_a_redirect_gets_neither_the_token_nor_the_checkpoint(self) -> None:
        elsewhere = self.serve()
        self.server.redirect_to = elsewhere.uri
        with self.assertLogs("runwright", "WARNING"):
            self.save(1)
            self.assertFalse(wait_for_uploads(0.3))
        self.assertEqual((elsewhere.tokens, elsewhere.files), ([], {}))

    def test_a_broken_download_is_skipped_and_an_older_whole_one_taken(self) -> None:
        self.save(1, 2)
        self.assertTrue(wait_for_uploads(20))
        newest = next(name for name in self.server.files if name.startswith("step-2") and name.endswith(".pkl"))
        self.server.files[newest] = self.server.files[newest][:-1]
        with self.assertLogs("runwright", "WARNING"):
            found = resume(folder="elsewhere")
        assert found is not None
        self.assertEqual(found.step, 1)

    def test_the_same_bytes_saved_again_are_the_newest_on_the_server_too(self) -> None:
        self.save(1, 2)
        self.assertTrue(wait_for_uploads(20))
        self.save(1)
        self.assertTrue(wait_for_uploads(20))
        found = resume(folder="elsewhere")
        assert found is not None
        self.assertEqual(found.step, 1)

    def test_nothing_is_uploaded_without_a_run_a_server_or_the_wish(self) -> None:
        self.save(1, upload=False)
        with mock.patch.dict(os.environ, MLFLOW_RUN_ID=""):
            self.save(2)
        with mock.patch.dict(os.environ, MLFLOW_TRACKING_URI="file:///tmp/mlruns"):
            self.save(3)
        self.assertTrue(wait_for_uploads(1))
        self.assertEqual(self.server.tokens, [])

    def test_a_name_and_a_password_go_before_a_token(self) -> None:
        self.environment(MLFLOW_TRACKING_USERNAME="ada", MLFLOW_TRACKING_PASSWORD="pw")
        self.save(1)
        self.assertTrue(wait_for_uploads(20))
        self.assertEqual(set(self.server.tokens), {"Basic YWRhOnB3"})
