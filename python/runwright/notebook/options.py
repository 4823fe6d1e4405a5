"""The words behind a magic."""

from __future__ import annotations

import argparse
import shlex
from typing import NoReturn

from .magic_error import MagicError


class MagicOptions(argparse.ArgumentParser):
    """Refuses by a MagicError where a program would end, and knows no abbreviations, as the command line does not."""

    def __init__(self, magic: str, summary: str) -> None:
        super().__init__(prog=magic, description=summary, allow_abbrev=False, add_help=False)

    def error(self, message: str) -> NoReturn:
        raise MagicError(f"{self.prog}: {message}\n{self.format_usage().strip()}")


def split_words(magic: str, line: str) -> list[str]:
    """As a shell does. Raises MagicError for a quote without its end."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise MagicError(f"{magic}: {error} in: {line}") from None
