from __future__ import annotations

import unittest

from runwright.notebook.simple_params import simple_params


class SimpleParamsTest(unittest.TestCase):
    def test_are_what_is_written_out_and_what_is_computed_of_it(self) -> None:
        source = 'lr = 1e-3\nsteps: int = 10 * 1000\nname = "a"\nuse = True\nlayers = [64, 32]\nwarmup = steps // 10\nshift = -1'
        expected = {
            "lr": "0.001",
            "steps": "10000",
            "name": "a",
            "use": "True",
            "layers": "[64, 32]",
            "warmup": "1000",
            "shift": "-1",
        }
        self.assertEqual(simple_params(source), expected)

    def test_are_no_results_and_nothing_that_changes(self) -> None:
        source = "a = 1\nb = f(a)\nc = 0\nfor c in range(3): d = 1\ne = 1\ne += 1\n_f = 1\nx, y = 1, 2\ng: int\nb2 = b + 1"
        self.assertEqual(simple_params(source), {"a": "1"})

    def test_are_none_of_what_fails_or_is_no_python(self) -> None:
        self.assertEqual(simple_params("a = 1 / 0\nb = 'x' + 1\nc = 2"), {"c": "2"})
        self.assertEqual(simple_params("!ls\na = 1"), {})
