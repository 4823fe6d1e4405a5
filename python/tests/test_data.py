"""What a program used, as a tracking server is told; the real engine is in test/integration of the repository."""

from __future__ import annotations

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from runwright import data

from .workplace import Workplace

_md5 = "514a2fb2f1e762a26e5f85da93918b99"
_sha256 = "ab" * 32


class Server(ThreadingHTTPServer):
    """Keeps what it is told, once it has failed as often as it is asked to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.told: list[dict[str, Any]] = []
        self.failures = 0


class Answer(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_failing = self.server.failures > 0
        self.server.failures -= is_failing
        if not is_failing:
            assert self.path == "/api/2.0/mlflow/runs/log-inputs" and body["run_id"] == "a" * 32, self.path
            self.server.told += body["datasets"]
        self.send_response(500 if is_failing else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


class DataTest(Workplace):
    def setUp(self) -> None:
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        (self.folder / ".dvc").mkdir()
        self.add("train.csv")
        self.add("images", md5=f"{_md5}.dir")
        (self.folder / "images" / "cat").mkdir(parents=True)
        (self.folder / "images" / "cat" / "1.png").write_bytes(b"png")
        (self.folder / "train.csv").write_text("a,b\n")
        (self.folder / "other.csv").write_text("a,b\n")

    def add(self, path: str, md5: str = _md5) -> None:
        text = f"outs:\n- md5: {md5}\n  size: 4\n  hash: md5\n  path: {path}\n"
        text += f"  meta:\n    runwright:\n      for: {md5}\n      sha256: {_sha256}\n" if md5 == _md5 else ""
        (self.folder / f"{path}.dvc").write_text(text)

    def run_with_server(self, source: str, **env: str) -> list[tuple[str, str, str]]:
        """Name, context and way of finding of all that a program has told, sorted."""
        uri = f"http://127.0.0.1:{self.server.server_port}"
        self.said = self.run_program(source, **{"MLFLOW_TRACKING_URI": uri, "MLFLOW_RUN_ID": "a" * 32, **env})
        tags = [{tag["key"]: tag["value"] for tag in each["tags"]} for each in self.server.told]
        return sorted(
            (each["dataset"]["name"], tag["mlflow.data.context"], tag["runwright.data.found"])
            for each, tag in zip(self.server.told, tags)
        )

    def test_the_path_that_is_asked_for_is_given_and_its_version_told(self) -> None:
        told = self.run_with_server(
            "from runwright import data\nprint(data('train.csv', context='training'))", RUNWRIGHT_WATCH_DATA="0"
        )
        self.assertEqual(told, [("train.csv", "training", "declared")])
        self.assertEqual(self.said.strip(), str(self.folder / "train.csv"))
        self.assertEqual(
            self.server.told[0]["dataset"],
            {
                "name": "train.csv",
                "digest": "ab" * 18,
                "source_type": "runwright_data",
                "source": f'{{"path":"train.csv","md5":"{_md5}","sha256":"{_sha256}","size":4}}',
            },
        )

    def test_files_that_are_opened_are_found_with_what_they_belong_to(self) -> None:
        told = self.run_with_server(
            "import runwright, os\nopen('images/cat/1.png').read()\nos.close(os.open(b'train.csv', os.O_RDONLY))\n"
            "file = open('other.csv')\nopen(file.fileno(), closefd=False)"
        )
        self.assertEqual(told, [("images", "input", "opened"), ("train.csv", "input", "opened")])

    def test_what_was_declared_stays_so_when_it_is_opened_too(self) -> None:
        told = self.run_with_server("import runwright\nopen(runwright.data('train.csv')).read()")
        self.assertEqual(told, [("train.csv", "input", "declared")])

    def test_the_run_is_known_after_mlflow_has_taken_it_out_of_the_environment(self) -> None:
        told = self.run_with_server(
            "import os, runwright\ndel os.environ['MLFLOW_RUN_ID']\nrunwright.data('images')\nopen('train.csv').read()"
        )
        self.assertEqual(told, [("images", "input", "declared"), ("train.csv", "input", "opened")])

    def test_a_file_that_is_written_was_not_read_also_when_it_is_read_back(self) -> None:
        source = "import runwright\nopen('train.csv', 'w').write('x')\nopen('train.csv').read()"
        self.assertEqual(self.run_with_server(source), [])

    def test_worker_processes_tell_what_they_opened(self) -> None:
        for method in ("fork", "spawn"):
            self.server.told.clear()
            (self.folder / "program.py").write_text(
                "import multiprocessing, runwright\ndef work(path):\n    return open(path).read()\n"
                f"if __name__ == '__main__':\n    multiprocessing.set_start_method('{method}')\n"
                "    with multiprocessing.Pool(1) as pool:\n        pool.map(work, ['train.csv'])\n"
                "        pool.close()\n        pool.join()\n"
            )
            told = self.run_with_server("import runpy; runpy.run_path('program.py', run_name='__main__')")
            self.assertEqual([name for name, _, found in told if found == "opened"], ["train.csv"], method)

    def test_a_server_that_fails_is_tried_again_and_never_fails_the_program(self) -> None:
        self.server.failures = 2
        told = self.run_with_server("import runwright\nopen('train.csv').read()")
        self.assertEqual(told, [("train.csv", "input", "opened")])
        self.server.failures = 1000
        self.run_with_server("import runwright\nopen('images/cat/1.png').read()\nprint('trained')")
        self.assertEqual(self.said.strip(), "trained")

    def test_without_a_run_nothing_is_told_and_no_hook_is_there(self) -> None:
        source = (
            "import sys\nadded = []\nsys.addaudithook(lambda e, a: added.append(e) if e == 'sys.addaudithook' else None)\n"
            "import runwright\nprint(runwright.data('train.csv'), len(added))"
        )
        self.assertEqual(self.run_with_server(source, MLFLOW_RUN_ID=""), [])
        self.assertEqual(self.said.split(), [str(self.folder / "train.csv"), "0"])

    def test_what_is_not_there_says_how_it_comes(self) -> None:
        os.remove("train.csv")
        with self.assertRaisesRegex(FileNotFoundError, 'train.csv is not here: "runwright data pull train.csv"'):
            data("train.csv")
        with self.assertRaisesRegex(FileNotFoundError, "nowhere.csv is not here."):
            data("nowhere.csv")

    def test_what_is_not_under_version_control_is_only_a_path(self) -> None:
        with self.assertLogs("runwright", "WARNING") as logs:
            self.assertEqual(data("other.csv"), str(self.folder / "other.csv"))
        self.assertIn("not under version control", logs.output[0])
