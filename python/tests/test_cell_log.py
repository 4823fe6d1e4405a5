from __future__ import annotations

import base64
import io
import logging
import unittest
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace
from typing import Any

from runwright.notebook.cell_log import CellLog


class Stream(io.StringIO):
    """As that of a kernel: an object with room for attributes."""


class CellLogTest(unittest.TestCase):
    def setUp(self) -> None:
        self.shown: list[Any] = []
        self.shell = SimpleNamespace(display_pub=SimpleNamespace(publish=self.shown.append))
        self.out, self.err = Stream(), Stream()
        for redirect in (redirect_stdout(self.out), redirect_stderr(self.err)):
            redirect.__enter__()
            self.addCleanup(redirect.__exit__, None, None, None)

    def read(self, log: CellLog) -> str:
        log.file.seek(0)
        text = log.file.read().decode()
        log.file.close()
        return text

    def test_what_is_printed_is_kept_and_goes_where_it_goes(self) -> None:
        # A logger that an earlier cell has set up keeps the stream of that time.
        handler = logging.StreamHandler(self.err)
        log = CellLog(self.shell)
        print("a", end="")
        handler.emit(logging.LogRecord("x", 20, "", 1, "b", (), None))
        log.stop()
        print("c")
        self.assertEqual((self.out.getvalue(), self.err.getvalue()), ("ac\n", "b\n"))
        self.assertEqual((log.size_bytes, self.read(log)), (3, "ab\n"))

    def test_pictures_are_kept_in_their_order(self) -> None:
        log = CellLog(self.shell)
        png = {"image/png": base64.b64encode(b"1").decode(), "text/plain": "x"}
        svg = {"image/svg+xml": "<svg/>"}
        for data in ({"text/plain": "x"}, png, svg):
            self.shell.display_pub.publish(data)
        log.stop()
        self.shell.display_pub.publish(png)
        log.file.close()
        self.assertEqual(log.figures, [("figure-1.png", b"1"), ("figure-2.svg", b"<svg/>")])
        self.assertEqual(self.shown, [{"text/plain": "x"}, png, svg, png])

    def test_what_cannot_be_kept_stops_nothing(self) -> None:
        log = CellLog(self.shell)
        log.file.close()
        print("a")
        self.shell.display_pub.publish({"image/png": "no base64!"})
        log.stop()
        self.assertEqual((self.out.getvalue(), len(self.shown)), ("a\n", 1))
