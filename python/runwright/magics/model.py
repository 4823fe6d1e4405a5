"""`%model`: ONNX models and registered models."""

from __future__ import annotations

from typing import Any

from ..notebook.options import split_words
from ..notebook.show_command import show_command
from ..notebook.shown import Shown

summary = "shows, runs, tests and exports models, and lists and registers them"
usage = "%model [FILE.onnx | show | run | test | export … | list | register | alias … as behind “runwright models”]"

_of_registry = ("list", "register", "alias", "delete")


def run(shell: Any, line: str) -> Shown | None:
    words = split_words("%model", line) or ["list"]
    if words[0] in _of_registry:
        return show_command("model", ["models", *words])
    if words[0].endswith(".onnx"):
        words = ["show", *words]
    return show_command("model", ["model", *words], is_long=words[0] in ("test", "export"))
