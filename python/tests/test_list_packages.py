from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from runwright.notebook.list_packages import list_packages


class ListPackagesTest(unittest.TestCase):
    def test_are_those_on_the_path_and_what_comes_first_hides_the_others(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first, second = Path(folder, "first"), Path(folder, "second")
            for name in ("numpy-2.1.0.dist-info", "scikit_learn-1.5.2.dist-info", "old-1.0-py3.9.egg-info", "numpy"):
                (first / name).mkdir(parents=True)
            (second / "numpy-1.0.dist-info").mkdir(parents=True)
            with mock.patch.object(sys, "path", [str(first), str(second), str(Path(folder, "missing"))]):
                self.assertEqual(list_packages(), "numpy==2.1.0\nold==1.0\nscikit-learn==1.5.2\n")


if __name__ == "__main__":
    unittest.main()
