"""The names of the package."""

from __future__ import annotations

from .workplace import Workplace


class PackageTest(Workplace):
    def test_its_names_are_what_they_say_whatever_was_imported_before(self) -> None:
        said = self.run_program(
            """import importlib, runwright, sys
print(len([name for name in sys.modules if name.startswith("runwright.")]))
for module in ("world", "checkpoint", "cached", "data", "params", "precision"):
    importlib.import_module("runwright." + module)
print(*sorted(name for name in runwright.__all__ if not callable(getattr(runwright, name))))
print(runwright.params(lr=0.1), runwright.world().rank, issubclass(runwright.CheckpointError, Exception))
print({*runwright.__all__} <= {*dir(runwright)}, hasattr(runwright, "pipeline"))
from runwright import *
print(checkpoint is runwright.checkpoint, data is runwright.data)
"""
        )
        self.assertEqual(
            said.splitlines(), ["0", "", "{'lr': 0.1} 0 True", "True False", "True True"]
        )
