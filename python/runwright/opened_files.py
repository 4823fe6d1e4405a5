"""
Which data under version control a program opens, without its having to say so.

Python tells an audit hook of every file that it opens (PEP 578). The hook only remembers the path; a thread looks at
the paths once a second, and whether one is under version control is looked up once for each folder. After five thousand
files within a second the hook is told of none until the next second, so that it costs little whatever is opened. Files
that are opened by code other than Python's are seen if they are open at that moment, where the system has /proc.

There is no hook unless the program has a run to tell, in a repository with data under version control.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import Any

from .data_records import records
from .data_repository import DataRepository, find_repository

_most_paths = 5000
_most_written = 100_000
_writing = os.O_WRONLY | os.O_RDWR


class OpenedFiles:
    """Paths that were opened since they were last looked at."""

    def __init__(self, repository: DataRepository) -> None:
        self.repository = repository
        self._paths: list[Any] = []
        self._inside = str(repository.root) + os.sep
        self._folder = ""
        """The working directory, from which relative paths lead."""
        self._noted: set[str] = set()
        """Folders, as they were spelled, that lie in a version which is noted."""
        self._written: set[str] = set()
        """Absolute paths of files that were opened for writing."""

    def start(self) -> None:
        paths = self._paths
        # A hook cannot be taken away again, but what it calls can be replaced, by what costs nearly nothing.
        nothing: Any = {}.get

        def collect(event: str, args: tuple[Any, ...]) -> None:
            # It is called for all that Python reports: whatever happens here must not reach the program.
            if event == "open":
                try:
                    paths.append((args[0],) if args[2] & _writing else args[0])
                    if len(paths) >= _most_paths:
                        hook.__setstate__((nothing, (), {}, None))
                except Exception:
                    pass

        def look() -> None:
            self.look()
            hook.__setstate__((collect, (), {}, None))

        hook = functools.partial(collect)
        sys.addaudithook(hook)
        records.start(look)

    def look(self) -> None:
        """Notes what of the paths is under version control."""
        folder = os.getcwd()
        if folder != self._folder:
            self._noted.clear()
            self._folder = folder
        for path in _list_open():
            self._note(path)
        paths = self._paths[:]
        del self._paths[: len(paths)]
        for path in paths:
            if isinstance(path, tuple):
                # What it reads of its own making is not what is under version control.
                if isinstance(path[0], (str, bytes)) and len(self._written) < _most_written:
                    self._written.add(os.path.join(folder, os.fsdecode(path[0])))
            elif isinstance(path, (str, bytes)):
                self._note(os.fsdecode(path))

    def _note(self, path: str) -> None:
        if os.path.dirname(path) in self._noted:
            return
        joined = os.path.join(self._folder, path)
        whole = os.path.normpath(joined)
        if not whole.startswith(self._inside) or joined in self._written:
            return
        version = self.repository.find(whole)
        if version is None:
            return
        records.note(version, "input", "opened")
        if os.path.dirname(whole).startswith(self._inside + version.path.replace("/", os.sep)):
            self._noted.add(os.path.dirname(path))


def _list_open() -> list[str]:
    """Files that this process has open now, whoever opened them; none where there is no /proc."""
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        return []
    paths = []
    for name in names:
        try:
            paths.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            pass
    return paths


def watch_opened_files() -> None:
    """Does nothing where there is no run or no data, or where RUNWRIGHT_WATCH_DATA is 0."""
    env = os.environ
    if env.get("RUNWRIGHT_WATCH_DATA") == "0" or not env.get("MLFLOW_RUN_ID"):
        return
    if not env.get("MLFLOW_TRACKING_URI", "").startswith(("http://", "https://")):
        return
    try:
        repository = find_repository(Path.cwd())
        if repository is not None:
            OpenedFiles(repository).start()
    except OSError:
        pass
