"""Magics in IPython, without an engine; with the real one they are in test/integration of the repository."""

from __future__ import annotations

import importlib.util
import json
import sys
import unittest

from .workplace import Workplace

_load = """
import json
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.colors = "NoColor"
shell.extension_manager.load_extension("runwright")
"""


@unittest.skipUnless(importlib.util.find_spec("IPython"), "IPython is not installed")
class MagicsTest(Workplace):
    def run_cells(self, *cells: str, **env: str) -> str:
        """What the cells print in all."""
        told = "".join(f"shell.run_cell({cell!r})\n" for cell in cells)
        return self.run_program(_load + told, **env)

    def test_without_an_engine_the_cell_runs_and_says_so_in_a_line(self) -> None:
        said = self.run_cells("%%track\nx = 1\nprint('ran')", "print(x)")
        self.assertEqual(
            said.splitlines(),
            [
                "Runwright: this cell runs, and is no run: no engine is known here. %runs starts it; "
                "MLFLOW_TRACKING_URI names another server.",
                "ran",
                "1",
            ],
        )
        away = self.run_cells("%%track\nprint('ran')", MLFLOW_TRACKING_URI="http://127.0.0.1:9")
        self.assertRegex(away, r"^Runwright: this cell runs, .*cannot be reached.*%runs starts it\.\nran\n$")

    def test_a_tracked_cell_is_the_cell_that_it_was(self) -> None:
        """Its lines have their numbers, its last line is shown, other magics go on below."""
        failed = self.run_cells("%%track\nx = 1\n\nraise ValueError('oh')")
        self.assertIn("line 4", failed)
        self.assertEqual(failed.count("ValueError: oh"), 1)
        self.assertIn("Out[0]: 3", self.run_cells("%%track\n1 + 2"))
        self.assertIn("Wall time", self.run_cells("%%track\n%%time\nx = 1"))
        self.assertIn("7", self.run_cells("%%track\nimport asyncio\nawait asyncio.sleep(0)\nprint(7)"))

    def test_words_that_are_unknown_are_refused_and_the_cell_does_not_run(self) -> None:
        said = self.run_cells("%%track --bogus\nprint('ran')", "%%track --param lr\nprint('ran')", "%%track 'a\n1")
        self.assertIn("%%track: unrecognized arguments: --bogus", said)
        self.assertIn("%%track: --param lr is not KEY=VALUE.", said)
        self.assertIn("%%track: No closing quotation in: 'a", said)
        self.assertNotIn("ran", said)
        self.assertNotIn("Traceback", said)

    def test_a_job_is_refused_what_it_could_not_run(self) -> None:
        said = self.run_cells("%%train\n!ls", "%%train\n \n", "%%train\nx = (", "%%train --grid lr=1,2\nx = 1")
        self.assertIn("a job knows no magics", said)
        self.assertIn("the cell is empty", said)
        self.assertIn("was never closed in line 1", said)
        self.assertIn("--grid is for files", said)

    def test_help_lists_all_and_nothing_else(self) -> None:
        said = self.run_cells("%runwright help", "%runwright serve", "%runwright help pipeline")
        names = "%%track %%train %runs %compare %data %model %compress %runwright".split()
        self.assertEqual([line.split(" ")[0] for line in said.splitlines()[2:10]], names)
        self.assertIn("there is no “serve”", said)
        self.assertIn("there is no magic pipeline", said)

    def test_loading_twice_and_unloading_leave_nothing_double(self) -> None:
        said = self.run_program(
            _load
            + """
shell.extension_manager.reload_extension("runwright")
print(len(shell.input_transformers_cleanup), "runs" in shell.magics_manager.magics["line"])
shell.extension_manager.unload_extension("runwright")
print(len(shell.input_transformers_cleanup), "runs" in shell.magics_manager.magics["line"])
"""
        )
        before, after = (line.split() for line in said.splitlines())
        self.assertEqual([before[1], after[1]], ["True", "False"])
        self.assertEqual(int(before[0]), int(after[0]) + 1)

    def test_loading_imports_nothing_that_only_a_magic_needs(self) -> None:
        said = self.run_program(
            """import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = {*sys.modules}
shell.extension_manager.load_extension("runwright")
shell.run_cell("x = 1")
print(*sorted(name for name in {*sys.modules} - before if name.startswith("runwright") or name in ("ssl", "http.client")))
print(shell.find_line_magic("runs").__doc__.splitlines()[0])
"""
        )
        loaded, told = said.splitlines()
        self.assertEqual(loaded.split(), ["runwright", "runwright.magics", "runwright.notebook", "runwright.notebook.cell_source"])
        self.assertTrue(told.startswith("%runs [--experiment NAME]"), told)

    def test_what_the_command_line_says_is_shown_and_its_errors_are_a_sentence(self) -> None:
        program = """import json, sys
print("on the way", file=sys.stderr)
if "bad" in sys.argv:
    print(json.dumps({"error_code": "X", "message": "It is bad.", "hint": "Do better."}), file=sys.stderr)
    sys.exit(2)
if "half" in sys.argv: print(json.dumps({"found": 1})); sys.exit(1)
print(json.dumps({"words": sys.argv[1:]}))"""
        env = {"RUNWRIGHT_COMMAND": json.dumps([sys.executable, "-c", program]), "RUNWRIGHT_WORKSPACE": "/w"}
        good = self.run_cells("import json\nx = %model show 'a b.onnx'\nprint(json.dumps(x.data))", **env)
        words = ["model", "show", "a b.onnx", "--json", "--workspace=/w"]
        self.assertEqual(json.loads(good), {"words": words})
        self.assertEqual(self.run_cells("%compress bad", **env), "on the way\nIt is bad.\n  Do better.\n")
        half = self.run_cells("%compress half", **env)
        self.assertRegex(half, r"on the way\nfound  1\nrunwright compress ended with 1\.")
        missing = self.run_cells("%runs", PATH="/nowhere")
        self.assertIn("The command line of Runwright is not on the PATH", missing)
