from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from runwright.file_lock import file_lock

from .workplace import Workplace


class FileLockTest(Workplace):
    def test_one_holds_it_at_a_time_also_when_the_file_of_an_earlier_holder_is_gone(self) -> None:
        """Whoever waited on the removed file must not hold it beside one who came later and locked a new file."""
        inside, most, together = [0], [0], threading.Lock()

        def hold() -> None:
            for _ in range(40):
                with file_lock(Path("lock")) as is_held:
                    self.assertTrue(is_held)
                    with together:
                        inside[0] += 1
                        most[0] = max(most[0], inside[0])
                    time.sleep(0.001)
                    with together:
                        inside[0] -= 1

        threads = [threading.Thread(target=hold) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(most, [1])
        self.assertEqual(os.listdir(), [], "no file is left")

    def test_a_forked_child_that_lives_on_does_not_keep_those_waiting_who_came_before_the_end(self) -> None:
        said = self.run_program(
            """
import os, pathlib, signal, threading, time
from runwright.file_lock import file_lock

path = pathlib.Path("lock")

def wait():
    with file_lock(path):
        print("free" if waiter_is_early.is_set() else "late")

waiter_is_early = threading.Event()
waiter_is_early.set()
waiter = threading.Thread(target=wait, daemon=True)
with file_lock(path):
    child = os.fork()
    if child == 0:
        signal.pause()
    waiter.start()
    time.sleep(0.3)
waiter.join(5)
waiter_is_early.clear()
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
waiter.join(5)
"""
        )
        self.assertEqual(said, "free\n")
