"""`%data`: data under version control."""

from __future__ import annotations

import os
import re
from typing import Any

from .. import data as use_data
from ..notebook.options import split_words
from ..notebook.show_command import show_command
from ..notebook.shown import Shown

summary = "says how the data stands; with a path, its version belongs to the run of the cell, and the path is given"
usage = "%data [PATH | status | log | diff | compare | preview | pull | add … as behind “runwright data”]"

def run(shell: Any, line: str) -> Shown | str | None:
    words = split_words("%data", line) or ["status"]
    if len(words) == 1 and (os.path.exists(words[0]) or not re.fullmatch(r"[a-z-]+", words[0])):
        return use_data(words[0])
    return show_command("data", ["data", *words], is_long=words[0] in ("pull", "push", "fetch", "import"))
