"""Which source runs, and how `%%track` at its head becomes a call in it. Here is what a notebook has without using it."""

from __future__ import annotations

import re
from typing import Any

_source = ""


def transform(lines: list[str]) -> list[str]:
    """
    Makes the first line of a cell a call, so that the others run as they always do: tracebacks, `await` and the value
    of the last line are the cell's own. Called by IPython with each cell.
    """
    first = lines[0] if lines else ""
    if not re.match(r"%%track\s", first + "\n"):
        return lines
    body = lines[1:]
    if body and body[0].startswith("%%"):
        from IPython.core.inputtransformer2 import cell_magic

        body = cell_magic(body)
    return [f"get_ipython().run_line_magic('track', {first[len('%%track') :].strip()!r})\n", *body]


def remember_cell(info: Any) -> None:
    """Called by IPython before each cell, with its source."""
    global _source
    _source = info.raw_cell or ""


def running_source() -> str:
    """As it was written, of the cell that runs."""
    return _source
