"""The packages that can be imported here."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.metadata import distributions

_listed: tuple[object, bytes] = (None, b"")


def list_packages() -> bytes:
    """One a line, as `name==version`, sorted. They are listed anew when something was installed or removed."""
    global _listed
    known, packages = _listed
    state = tuple(_changed_at(path) for path in sys.path)
    if known != state:
        found = {f"{each.metadata['Name']}=={each.version}" for each in distributions() if each.metadata["Name"]}
        packages = "".join(f"{line}\n" for line in sorted(found, key=str.lower)).encode()
        _listed = state, packages
    return packages


def _changed_at(path: str) -> tuple[str, int]:
    with suppress(OSError):
        return path, os.stat(path).st_mtime_ns
    return path, 0
