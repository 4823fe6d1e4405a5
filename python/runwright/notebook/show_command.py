"""Commands of the command line whose JSON is shown as it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from .command_line import run_command
from .magic_error import MagicError
from .shown import Shown, tables_of
from .tables import Table


def show_command(
    thing: str,
    words: Sequence[str],
    make_tables: Callable[[Any], Sequence[Table]] = tables_of,
    *,
    is_long: bool = False,
) -> Shown | None:
    """
    With `is_long`, what the command says on its way is printed. What it has found is shown also where it was not what
    was asked for, which is a MagicError then.
    """
    answer = run_command(words, hear=print_now if is_long else None)
    if answer.data is None:
        return None
    return show_or_raise(Shown(thing, answer.data, make_tables(answer.data)), answer.problem)


def show_or_raise(shown: Shown, problem: str) -> Shown:
    """Gives it to be the value of the cell where there is no problem. Raises MagicError where there is one."""
    if not problem:
        return shown
    from IPython.display import display

    display(shown)
    raise MagicError(problem)


def print_now(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
