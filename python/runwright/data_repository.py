"""Which versions of data a repository names, by its `.dvc` files."""

from __future__ import annotations

import json
import os
import posixpath
from dataclasses import dataclass
from pathlib import Path

from .data_pointer import parse_pointer

_ending = ".dvc"
_digest_characters = 36
_name_characters = 500


@dataclass(frozen=True)
class DataVersion:
    """A file or folder under version control, as it was."""

    path: str
    """From the root of its repository, with `/`."""
    md5: str
    sha256: str | None
    size_bytes: int | None
    file_count: int | None

    def dataset(self) -> dict[str, str]:
        """As MLflow has it, spelled as Runwright itself spells it."""
        fields = {
            "path": self.path,
            "md5": self.md5,
            "sha256": self.sha256,
            "size": self.size_bytes,
            "files": self.file_count,
        }
        told = {name: value for name, value in fields.items() if value is not None}
        return {
            "name": self.path if len(self.path) <= _name_characters else "…" + self.path[1 - _name_characters :],
            "digest": (self.sha256 or self.md5)[:_digest_characters],
            "source_type": "runwright_data",
            "source": json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        }


class DataRepository:
    """A folder with a folder `.dvc` in it. Each of its folders is looked at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._outs: dict[str, dict[str, DataVersion]] = {}

    def find(self, path: str) -> DataVersion | None:
        """
        The version of an absolute path: its own, or that of a folder it lies in. None where no `.dvc` file names it. No
        folder below one that is under version control is looked at. Raises OSError for one that cannot be read.
        """
        inside = os.path.relpath(path, self.root).replace(os.sep, "/")
        parts = inside.split("/")
        if parts[0] in ("..", ".", ".git", _ending):
            return None
        for count in range(len(parts)):
            outs = self._outs_in("/".join(parts[:count]))
            for end in range(count + 1, len(parts) + 1) if outs else ():
                found = outs.get("/".join(parts[:end]))
                if found is not None:
                    return found
        return None

    def _outs_in(self, folder: str) -> dict[str, DataVersion]:
        """By their paths, what the `.dvc` files of a folder stand for."""
        if folder not in self._outs:
            self._outs[folder] = self._load(folder)
        return self._outs[folder]

    def _load(self, folder: str) -> dict[str, DataVersion]:
        try:
            names = [name for name in os.listdir(self.root / folder) if name.endswith(_ending) and name != _ending]
        except (FileNotFoundError, NotADirectoryError):
            return {}
        outs = {}
        for name in sorted(names):
            for out in parse_pointer((self.root / folder / name).read_text("utf-8")):
                path = posixpath.normpath(posixpath.join(folder, out.path))
                outs[path] = DataVersion(path, out.md5, out.sha256, out.size_bytes, out.file_count)
        return outs


def find_repository(folder: Path) -> DataRepository | None:
    """The one that a folder, which is absolute, lies in."""
    for place in (folder, *folder.parents):
        if (place / _ending).is_dir():
            return DataRepository(place)
    return None
