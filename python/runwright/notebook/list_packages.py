"""The packages that can be imported here."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress

_folder = re.compile(r"([^-]+)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def list_packages() -> str:
    """
    One a line, as `name==version`, sorted. They are told by the names of folders alone, since to read what is in
    hundreds of them takes longer than most cells:
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-dist-info-directory
    """
    found: dict[str, str] = {}
    for path in sys.path:
        with suppress(OSError):
            for each in os.listdir(path or "."):
                told = _folder.fullmatch(each)
                # What comes first on the path hides the others.
                if told:
                    found.setdefault(told[1].replace("_", "-").lower(), told[2])
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))
