"""Writers that are killed, that run out of disk, and that write at the same time."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import threading
import time
import unittest
from pathlib import Path

from runwright import CheckpointError, checkpoint, resume

from .workplace import Workplace

_writer = """
import sys
from runwright import checkpoint, resume
last = resume()
step = 0 if last is None else last.step + 1
name = sys.argv[1]
print("start", step, flush=True)
while step < int(sys.argv[2]):
    checkpoint({"step": step, "by": name, "noise": [step] * 60_000}, step, metric=(step * 7919) % 101, keep_last=2)
    print("wrote", step, flush=True)
    step += 1
"""

_limited = """
import resource
from runwright import CheckpointError, checkpoint
checkpoint({"at": 1}, 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    checkpoint({"at": 2, "big": bytes(1_000_000)}, 2)
except CheckpointError as error:
    print(error)
"""


class KilledWriterTest(Workplace):
    def test_after_each_of_50_kills_resume_gives_a_valid_state_no_older_than_the_last_acknowledged(self) -> None:
        random_delay = random.Random(7)
        acknowledged = -1
        steps: list[int] = []
        for _ in range(50):
            child = self.start(_writer, "only", "1000000", RUNWRIGHT_CHECKPOINT_DIR="kept")
            assert child.stdout is not None
            started = int(child.stdout.readline().split()[1])
            self.assertGreater(started, acknowledged, "the program went on after what was acknowledged")
            timer = threading.Timer(random_delay.uniform(0, 0.08), child.kill)
            timer.start()
            for line in child.stdout:
                wrote = re.fullmatch(r"wrote (\d+)\n", line)
                acknowledged = int(wrote[1]) if wrote else acknowledged
            child.wait()
            timer.join()
            found = resume(folder="kept")
            self.assertEqual(child.returncode, -signal.SIGKILL)
            if found is None:
                self.assertEqual(acknowledged, -1)
                continue
            self.assertGreaterEqual(found.step, acknowledged)
            self.assertEqual(found.state, {"step": found.step, "by": "only", "noise": [found.step] * 60_000})
            steps.append(found.step)
        self.assertGreater(len(set(steps)), 10, "the kills came while it wrote")
        checkpoint({}, steps[-1] + 1, folder="kept", keep_last=2, metric=0)
        left = [name for name in os.listdir("kept") if not name.startswith("step-")]
        self.assertEqual(left, [], "what the killed ones were writing is gone")
        self.assertLessEqual(len(os.listdir("kept")), 6)

    def test_two_writers_leave_whole_checkpoints_only_and_the_last_acknowledged_is_the_newest(self) -> None:
        children = [self.start(_writer, name, "40", RUNWRIGHT_CHECKPOINT_DIR="kept") for name in ("a", "b")]
        for child in children:
            _, problems = child.communicate(timeout=120)
            self.assertEqual((child.returncode, problems), (0, ""))
        found = resume(folder="kept")
        assert found is not None
        self.assertEqual(found.step, 39)
        sequences = [json.loads(path.read_text())["sequence"] for path in Path("kept").glob("*.json")]
        self.assertEqual(len(set(sequences)), len(sequences))
        self.assertLessEqual(len(sequences), 3)

    def test_one_who_reads_while_another_prunes_always_finds_one(self) -> None:
        child = self.start(_writer, "a", "1000000", RUNWRIGHT_CHECKPOINT_DIR="kept")
        assert child.stdout is not None
        while "wrote" not in child.stdout.readline():
            pass
        threading.Thread(target=child.stdout.read, daemon=True).start()
        newest = -1
        end = time.monotonic() + 2
        while time.monotonic() < end:
            found = resume(folder="kept")
            assert found is not None
            self.assertGreaterEqual(found.step, newest)
            newest = found.step
        child.kill()
        child.wait()


@unittest.skipIf(os.name != "posix", "there are no limits of this kind")
class FullDiskTest(Workplace):
    def test_a_file_limit_is_an_error_that_says_what_to_do_and_the_older_one_stays(self) -> None:
        said = self.run_program(_limited, RUNWRIGHT_CHECKPOINT_DIR="kept")
        self.assertRegex(said, "step 2 could not be written to .*: File too large. Earlier ones are untouched")
        found = resume(folder="kept")
        assert found is not None
        self.assertEqual(found.step, 1)
        self.assertEqual(len(os.listdir("kept")), 2)

    def test_on_a_full_disk_each_size_of_rest_leaves_the_older_one_and_nothing_else(self) -> None:
        os.mkdir("small")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", "small"], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("mounting needs root")
        self.addCleanup(subprocess.run, ["umount", "small"], check=True)
        checkpoint({"at": 1}, 1, folder="small/kept")
        names = sorted(os.listdir("small/kept"))
        # From a rest that takes the state and not the manifest, to none at all.
        for pages in range(0, 5):
            fill = 1 << 20
            with open("small/filling", "wb", buffering=0) as file:
                try:
                    while fill:
                        fill = file.write(bytes(4096))
                except OSError:
                    file.truncate(max(0, file.tell() - pages * 4096))
            try:
                checkpoint({"at": 2, "big": bytes(5000)}, 2, folder="small/kept")
            except CheckpointError as error:
                self.assertIn("No space left on device", str(error))
                self.assertEqual(sorted(os.listdir("small/kept")), names)
            else:
                self.assertGreaterEqual(pages, 3)
            found = resume(folder="small/kept")
            assert found is not None
            self.assertEqual(found.step, found.state["at"])
            os.remove("small/filling")
        self.assertEqual(found.step, 2, "with enough room it was written")
