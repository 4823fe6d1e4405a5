"""`%runwright help`: all of them."""

from __future__ import annotations

from typing import Any

from ..notebook.command_line import read_help
from ..notebook.magic_error import MagicError
from ..notebook.options import split_words
from ..notebook.shown import Shown
from ..notebook.tables import Table

summary = "tells what magics there are; of one of them, what it takes"
usage = "%runwright help [MAGIC]"

_commands = {"runs": "runs list", "compare": "compare", "train": "train", "compress": "compress", "data": "data"}


def run(shell: Any, line: str) -> Shown | None:
    from . import listed

    magics = list(listed())
    words = split_words("%runwright", line)
    if words[:1] != ["help"] or len(words) > 2:
        raise MagicError(f"%runwright: there is no “{line}”. {usage}")
    if len(words) == 1:
        rows = [[module.usage.split(" ")[0], module.summary] for _, _, module in magics]
        data = [
            {"name": name, "kind": kind, "summary": module.summary, "usage": module.usage}
            for name, kind, module in magics
        ]
        return Shown("magics", data, [Table("", ["MAGIC", ""], rows)])
    asked = words[1].lstrip("%")
    found = next((module for name, _, module in magics if name == asked), None)
    if found is None:
        there = ", ".join(name for name, _, _ in magics)
        raise MagicError(f"%runwright: there is no magic {asked}. There are: {there}.")
    print(f"{found.usage}\n  {found.summary}")
    if asked in _commands:
        print(f"\n{read_help(_commands[asked].split())}")
    return None
