from __future__ import annotations

import importlib.util
import itertools
import os
import sys
import time
import types
from pathlib import Path
from typing import Any
from unittest import mock

from runwright import File, cached

from .workplace import Workplace

_eight = """
import os, sys, time
from runwright import cached

@cached
def slow(x):
    with open("calls", "a") as file:
        file.write("called\\n")
    time.sleep(0.3)
    return x + 1

print(slow(1))
"""

_killed = """
import os, signal
from runwright import cached

@cached
def f(x):
    os.kill(os.getpid(), signal.SIGKILL)

f(1)
"""

_features = """
from runwright import cached
{constant}
{classes}
def inner(x):
    {inner}

@cached
def feature(x, scale=2):
    '''{doc}'''
    count()
    return {body}
"""


class CachedTest(Workplace):
    numbers = itertools.count()

    def load(self, inner: str = "return x", **parts: str) -> Any:
        """The module again, with some part of it written otherwise; it tells this package when it computes."""
        defaults = {"constant": "", "classes": "", "doc": "", "body": "inner(x) * scale"}
        source = _features.format(inner=inner, **{**defaults, **parts})
        path = self.folder / f"features{next(self.numbers)}.py"
        path.write_text(source + "\nimport sys\ndef count(): sys.modules['runwright'].called = True\n")
        spec = importlib.util.spec_from_file_location("features", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["features"] = module
        self.addCleanup(sys.modules.pop, "features", None)
        spec.loader.exec_module(module)
        return module

    def computes(self, module: types.ModuleType, *args: Any, **kwargs: Any) -> bool:
        package: Any = sys.modules["runwright"]
        package.called = False
        module.feature(*args, **kwargs)
        return bool(package.called)

    def test_the_second_call_is_answered_from_disk_also_in_another_process(self) -> None:
        self.assertTrue(self.computes(self.load(), 1))
        self.assertFalse(self.computes(self.load(), 1))
        self.assertEqual(self.load().feature(1), 2)

    def test_equal_calls_are_one_however_they_are_written(self) -> None:
        module = self.load()
        self.computes(module, 1)
        for args, kwargs in (((1, 2), {}), ((), {"x": 1}), ((1,), {"scale": 2})):
            self.assertFalse(self.computes(module, *args, **kwargs))
        for args in ((2,), (1, 3), (1.0,), (True,), ("1",)):
            self.assertTrue(self.computes(module, *args), args)

    def test_another_body_inner_function_default_or_constant_is_computed_anew(self) -> None:
        self.computes(self.load(), 1)
        changes = [
            {"body": "inner(x) * scale + 1"},
            {"inner": "return x + 1"},
            {"inner": "return (lambda: x + 2)()"},
            {"inner": "return x + SIZE", "constant": "SIZE = 3"},
            {"inner": "return x + SIZE", "constant": "SIZE = 4"},
            {"inner": "return x + SIZE['a']", "constant": "SIZE = {'a': 4}"},
            {"inner": "return x + SIZE['a']", "constant": "SIZE = {'a': 5}"},
            {"inner": "return A().f(x)", "classes": "class A:\n    def f(self, x): return x"},
            {"inner": "return A().f(x)", "classes": "class A:\n    def f(self, x): return x + 1"},
            {"inner": "return A.f(x)", "classes": "class A:\n    @staticmethod\n    def f(x): return x + 5"},
            {"inner": "return A().f", "classes": "class A:\n    @property\n    def f(self): return 1"},
            {"inner": "return A().f", "classes": "class A:\n    @property\n    def f(self): return 2"},
        ]
        for change in changes:
            self.assertTrue(self.computes(self.load(**change), 1), change)
            self.assertFalse(self.computes(self.load(**change), 1), change)
        self.assertFalse(self.computes(self.load(), 1), "and the first is there still")

    def test_comments_lines_docstrings_and_functions_that_are_not_used_change_nothing(self) -> None:
        self.computes(self.load(doc="a"), 1)
        for change in (
            {"doc": "b"},
            {"inner": "# why\n\n\n    return x"},
            {"constant": "unused = 7"},
            {"classes": "def other(): pass"},
        ):
            self.assertFalse(self.computes(self.load(**{"doc": "a", **change}), 1), change)

    def test_a_file_counts_by_its_content_and_a_path_by_its_name(self) -> None:
        module = self.load(
            body="read(x)",
            inner="return x",
            classes="def read(x):\n    with open(x) as file:\n        return file.read()",
        )
        for name, content in (("a", "one"), ("b", "one"), ("c", "two")):
            Path(name).write_text(content)
        self.assertTrue(self.computes(module, File("a")))
        self.assertFalse(self.computes(module, File("b")))
        self.assertTrue(self.computes(module, File("c")))
        self.assertTrue(self.computes(module, Path("a")))
        self.assertTrue(self.computes(module, Path("b")))
        with self.assertRaises(FileNotFoundError):
            module.feature(File("nothing"))

    def test_functions_and_methods_as_inputs_count_by_their_code(self) -> None:
        module = self.load(body="x(1)")
        self.assertTrue(self.computes(module, lambda value: value + 1))
        self.assertFalse(self.computes(module, lambda value: value + 1))
        self.assertTrue(self.computes(module, lambda value: value + 2))
        for add in (5, 6):
            self.assertTrue(self.computes(module, lambda value: value + add))

    def test_recursive_functions_keep_each_result(self) -> None:
        @cached(folder="own")
        def fibonacci(n: int) -> int:
            return n if n < 2 else int(fibonacci(n - 1)) + int(fibonacci(n - 2))

        self.assertEqual(fibonacci(20), 6765)
        self.assertEqual(len(os.listdir("own")), 21)

    def test_ignored_arguments_are_no_part_of_the_key(self) -> None:
        @cached(ignore=["verbose"], folder="own")
        def f(x: int, verbose: Any = False) -> int:
            return x

        with open("log", "w") as log:
            self.assertEqual([f(1), f(1, True), f(1, log), f(2)], [1, 1, 1, 2])
        self.assertEqual(len(os.listdir("own")), 2)
        with self.assertRaisesRegex(ValueError, "no parameter nothing"):
            cached(ignore=["nothing"])(f)

    def test_an_argument_without_a_digest_is_an_error_that_names_it(self) -> None:
        with open("log", "w") as log, self.assertRaisesRegex(TypeError, "The argument x of feature cannot be part"):
            self.load().feature(log)

    def test_an_error_is_raised_and_not_kept(self) -> None:
        module = self.load(inner="raise KeyError(x)")
        for _ in range(2):
            with self.assertRaises(KeyError) as caught:
                self.computes(module, 1)
            self.assertIsNone(caught.exception.__context__)
        self.assertEqual(list(Path(".runwright/cache").glob("feature*")), [])

    def test_eight_processes_compute_once_and_all_have_the_result(self) -> None:
        children = [self.start(_eight) for _ in range(8)]
        answers = [child.communicate(timeout=60) for child in children]
        self.assertEqual(answers, [("2\n", "")] * 8)
        self.assertEqual(Path("calls").read_text(), "called\n")
        self.assertEqual(len(os.listdir(".runwright/cache")), 2, "the result and .gitignore; no lock is left")

    def test_a_process_that_is_killed_while_it_computes_keeps_nobody_waiting(self) -> None:
        child = self.start(_killed)
        child.wait(30)
        self.assertEqual(child.returncode, -9)
        started = time.monotonic()
        self.run_program(_killed.replace("os.kill(os.getpid(), signal.SIGKILL)", "return 1"))
        self.assertLess(time.monotonic() - started, 20)

    def test_a_torn_or_flipped_result_is_computed_again(self) -> None:
        module = self.load()
        for damage in (lambda data: data[:-1], lambda data: data[:40], lambda data: b"", _flipped):
            self.computes(module, 1)
            (result,) = Path(".runwright/cache").glob("feature*.pkl")
            result.write_bytes(damage(result.read_bytes()))
            with self.assertLogs("runwright", "WARNING"):
                self.assertTrue(self.computes(module, 1))
            self.assertFalse(self.computes(module, 1))

    def test_the_least_recently_used_go_first(self) -> None:
        @cached(folder="own", max_size_bytes=35_000)
        def f(x: int) -> bytes:
            return bytes([x]) * 10_000

        def kept() -> set[int]:
            return {path.read_bytes()[-10] for path in Path("own").glob("*.pkl")}

        for each in (1, 2, 3):
            f(each)
            time.sleep(0.02)
        f(1)
        time.sleep(0.02)
        f(4)
        self.assertEqual(kept(), {1, 3, 4})

    def test_a_result_that_cannot_be_kept_is_returned_with_a_warning(self) -> None:
        @cached(folder="own")
        def f(x: int) -> Any:
            return (each for each in [x])

        with self.assertLogs("runwright", "WARNING"):
            self.assertEqual(list(f(1)), [1])
        self.assertEqual(os.listdir("own"), [])
        Path("taken").write_text("")
        with self.assertLogs("runwright", "WARNING"):
            self.assertEqual(list(cached(folder="taken")(lambda x: [x])(3)), [3])

    def test_the_variables_name_folder_and_size(self) -> None:
        with mock.patch.dict(os.environ, RUNWRIGHT_CACHE_DIR="there", RUNWRIGHT_CACHE_BYTES="0"):
            self.load().feature(1)
            self.assertEqual(os.listdir("there"), [])
        with mock.patch.dict(os.environ, RUNWRIGHT_CACHE_BYTES="much"), self.assertRaisesRegex(ValueError, "'much'"):
            self.load().feature(1)

    def test_threads_compute_once_too(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        calls: list[int] = []

        @cached(folder="own", ignore=["calls"])
        def f(x: int, calls: list[int]) -> int:
            calls.append(x)
            time.sleep(0.1)
            return x

        with ThreadPoolExecutor(8) as pool:
            self.assertEqual(list(pool.map(lambda _: f(1, calls), range(8))), [1] * 8)
        self.assertEqual(calls, [1])


def _flipped(data: bytes) -> bytes:
    return data[:-5] + bytes([data[-5] ^ 1]) + data[-4:]
