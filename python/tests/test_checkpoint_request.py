from __future__ import annotations

import signal
import subprocess
import time
import unittest

from .workplace import Workplace

_training = """
import time
from runwright import checkpoint, on_checkpoint_request, resume
request = on_checkpoint_request()
print("ready", flush=True)
for step in range(10_000):
    time.sleep(0.01)
    if request:
        checkpoint({"at": step}, step)
        print("saved", bool(request), request.should_stop, flush=True)
        if request.should_stop:
            raise SystemExit(request.exit_code)
"""

_stuck = """
import time
from runwright import checkpoint_request, on_checkpoint_request
checkpoint_request._grace_seconds = 0.2
on_checkpoint_request()
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""

_chained = """
import os, signal
signal.signal(signal.SIGUSR1, lambda *_: print("earlier"))
from runwright import on_checkpoint_request
first, second = on_checkpoint_request(), on_checkpoint_request()
os.kill(os.getpid(), signal.SIGUSR1)
print(bool(first), first is second)
"""


@unittest.skipIf(not hasattr(signal, "SIGUSR1"), "there is no such signal")
class CheckpointRequestTest(Workplace):
    def ready(self, source: str) -> subprocess.Popen[str]:
        child = self.start(source, RUNWRIGHT_CHECKPOINT_DIR="kept")
        self.assertEqual(self.line(child), "ready")
        return child

    def line(self, child: subprocess.Popen[str]) -> str:
        assert child.stdout is not None
        return child.stdout.readline().strip()

    def test_sigusr1_asks_for_one_each_time_and_the_training_goes_on(self) -> None:
        child = self.ready(_training)
        for _ in range(2):
            child.send_signal(signal.SIGUSR1)
            self.assertEqual(self.line(child), "saved False False")
        self.assertIsNone(child.poll())

    def test_sigterm_asks_for_one_and_for_the_end(self) -> None:
        child = self.ready(_training)
        for _ in range(3):  # As torchrun's workers get it, from the group and from torchrun.
            child.send_signal(signal.SIGTERM)
            time.sleep(0.002)
        self.assertEqual(self.line(child), "saved False True")
        self.assertEqual(child.wait(10), 143)

    def test_a_later_sigterm_ends_a_program_that_does_not_come_to_its_next_step(self) -> None:
        child = self.ready(_stuck)
        child.send_signal(signal.SIGTERM)
        with self.assertRaises(subprocess.TimeoutExpired):
            child.wait(0.3)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(10), -signal.SIGTERM)

    def test_an_earlier_handler_is_called_too(self) -> None:
        self.assertEqual(self.run_program(_chained), "earlier\nTrue True\n")
