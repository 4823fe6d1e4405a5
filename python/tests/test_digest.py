from __future__ import annotations

import collections
import enum
import threading
import unittest
from dataclasses import dataclass
from typing import Any

from runwright.digest import Digest

from .workplace import Workplace

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]

_hashes = """
from runwright.digest import Digest
def f(x):
    return x in {"a", "b", "c", "d"}
print(Digest().of([{"a", "b", "c", "d"}, {"x": 1, "y": {"p", "q"}}, f]).hex())
"""


@dataclass
class Point:
    x: int
    y: int


class Color(enum.Enum):
    RED = 1
    BLUE = 2


Pair = collections.namedtuple("Pair", "a b")


def of(value: Any) -> bytes:
    return Digest().of(value)


class DigestTest(Workplace):
    def test_different_values_differ(self) -> None:
        values: list[Any] = [
            None, True, False, 0, 1, 1.0, -0.0, 0.0, "", "1", b"", b"1", [], [1], (1,), {1}, {}, {1: 1}, {1: 2},
            ["a", "b"],
            ["ab"], [["a"], "b"], [["a", "b"]], {"a": "b"}, {"b": "a"}, frozenset([1]), bytearray(b"1"), range(3),
            complex(1), Point(1, 2), Point(2, 1), Color.RED, Color.BLUE, Pair(1, 2), (1, 2), int, str, len, max,
            collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1), collections.Counter("ab"), [].append,
            [1].append, slice(1), slice(2), ..., unittest, collections, 10**30, "\udc80",
        ]  # fmt: skip
        digests = [of(value) for value in values]
        for index, each in enumerate(digests):
            self.assertEqual([i for i, other in enumerate(digests) if other == each], [index], repr(values[index]))

    def test_equal_values_agree_whatever_their_identity_and_order(self) -> None:
        a, b = "x" * 3, "".join(["x", "x", "x"])
        for one, other in (
            ([a, a], [a, b]),
            ({"p": 1, "q": 2}, {"q": 2, "p": 1}),
            (Point(1, 2), Point(1, 2)),
            (collections.deque([1, 2]), collections.deque([1, 2])),
            (collections.defaultdict(list, a=[1]), collections.defaultdict(list, a=[1])),
        ):
            self.assertEqual(of(one), of(other))

    def test_it_is_the_same_in_every_process(self) -> None:
        said = {self.run_program(_hashes, PYTHONHASHSEED=seed) for seed in ("0", "1", "2", "3")}
        self.assertEqual(len(said), 1)

    def test_values_that_hold_themselves_come_to_an_end(self) -> None:
        loop: list[Any] = [1]
        loop.append(loop)
        other: list[Any] = [2]
        other.append(other)
        self.assertNotEqual(of(loop), of(other))

    def test_what_cannot_be_pickled_is_refused(self) -> None:
        with self.assertRaises(TypeError):
            of(threading.Lock())

    @unittest.skipIf(numpy is None, "numpy is not installed")
    def test_arrays_go_by_type_shape_and_bytes(self) -> None:
        base = numpy.arange(12, dtype="int32")
        same = [
            base.reshape(3, 4),
            numpy.asfortranarray(base.reshape(3, 4)),
            numpy.arange(24, dtype="int32")[:12].reshape(3, 4),
        ]
        self.assertEqual(len({of(each) for each in same}), 1)
        flipped = base.copy()
        flipped[11] ^= 1
        others = [base, base.reshape(4, 3), base.reshape(4, 3).T, base.astype("int64"), base.view("float32"), flipped]
        others += [numpy.array(["a", None], dtype=object), numpy.array(["b", None], dtype=object), numpy.zeros((0, 3))]
        others += [numpy.zeros((3, 0)), numpy.float32(1), numpy.float64(1), numpy.array(1.0), numpy.array(2.0)]
        self.assertEqual(len({of(each) for each in [same[0], *others]}), len(others) + 1)
