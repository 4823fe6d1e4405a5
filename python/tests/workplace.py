"""What the tests share: a folder of their own, and programs that run in it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

package_folder = Path(__file__).parent.parent
_foreign = ("RUNWRIGHT_", "MLFLOW_", "SLURM_", "OMPI_", "PMI_", "ACCELERATE_")
_ranks = (
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "LOCAL_WORLD_SIZE",
    "NODE_RANK",
    "GROUP_RANK",
    "MASTER_ADDR",
    "MASTER_PORT",
)


def clean_environment() -> dict[str, str]:
    """The environment without what would lead the package elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_foreign) and name not in _ranks}
    return {**kept, "PYTHONPATH": str(package_folder), "PYTHONDONTWRITEBYTECODE": "1"}


class Workplace(unittest.TestCase):
    """Each test stands in an empty folder, without variables of other launchers."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name).resolve()
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        environment = mock.patch.dict(os.environ, clean_environment(), clear=True)
        environment.start()
        self.addCleanup(environment.stop)

    def start(self, source: str, *args: str, **env: str) -> subprocess.Popen[str]:
        """A program of its own, by its source; killed at the end of the test if it still runs."""
        child = subprocess.Popen(
            [sys.executable, "-c", source, *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **env},
        )
        self.addCleanup(_end, child)
        return child

    def run_program(self, source: str, *args: str, **env: str) -> str:
        """What it printed; fails the test when the program fails."""
        child = self.start(source, *args, **env)
        said, problems = child.communicate(timeout=120)
        self.assertEqual(child.returncode, 0, problems)
        return said


def _end(child: subprocess.Popen[Any]) -> None:
    child.kill()
    child.communicate()
