"""
What a job has written of what it was launched with as its outputs, in RUNWRIGHT_OUTPUTS: told with its hashes when the
program ends. A command of `runwright run` has no such variable, for who started it looks by itself.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from .data_records import records
from .data_repository import DataVersion, find_repository
from .log import log
from .world import world

_chunk_bytes = 1 << 20


def watch_outputs() -> None:
    """Does nothing where there are none, and in all ranks but the first."""
    try:
        paths = json.loads(os.environ.get("RUNWRIGHT_OUTPUTS") or "[]")
        if not isinstance(paths, list) or len(paths) == 0 or not world().is_main:
            return
    except ValueError:
        return
    before = {path: _take_stamp(path) for path in (os.path.abspath(str(each)) for each in paths)}
    pid = os.getpid()

    def note_written() -> None:
        # Workers have a copy of this.
        if os.getpid() != pid:
            return
        for path, stamp in before.items():
            try:
                if _take_stamp(path) != stamp:
                    records.note(measure(path), "output", "declared")
            except (OSError, ValueError) as error:
                log.warning("What was written to %s could not be recorded: %s", path, error)

    records.at_end(note_written)


def measure(path: str) -> DataVersion:
    """
    What a file or folder is now, by DVC's md5 and Runwright's SHA-256. Raises OSError, and ValueError for a folder with
    links or other things in it that have no content of their own.
    """
    repository = find_repository(Path(path).parent)
    name = os.path.relpath(path, repository.root if repository is not None else os.getcwd()).replace(os.sep, "/")
    if not os.path.isdir(path):
        md5, sha256, size_bytes = _hash_file(path)
        return DataVersion(name, md5, sha256, size_bytes, None)
    listed: list[dict[str, str]] = []
    manifest = ['{"runwright-manifest":1}']
    total_bytes = 0
    for inside in sorted(_walk(path)):
        whole = os.path.join(path, inside)
        if os.path.isdir(whole):
            manifest.append(_line({"path": inside, "folder": True}))
            continue
        md5, sha256, size_bytes = _hash_file(whole)
        is_executable = {"executable": True} if os.stat(whole).st_mode & 0o100 else {}
        manifest.append(_line({"path": inside, "size": size_bytes, "sha256": sha256, "md5": md5, **is_executable}))
        listed.append({"md5": md5, "relpath": inside})
        total_bytes += size_bytes
    folder_md5 = hashlib.md5(json.dumps(listed).encode(), usedforsecurity=False).hexdigest() + ".dir"
    folder_sha256 = hashlib.sha256("\n".join([*manifest, ""]).encode()).hexdigest()
    return DataVersion(name, folder_md5, folder_sha256, total_bytes, len(listed))


def _line(entry: dict[str, object]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def _walk(folder: str) -> Iterator[str]:
    """Files and empty folders, from the folder, with `/`."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            whole = os.path.join(place, name)
            if os.path.islink(whole) or not (os.path.isfile(whole) or os.path.isdir(whole)):
                raise ValueError(f"{whole} is a link or a device.")
        inside = os.path.relpath(place, folder).replace(os.sep, "/")
        if not folders and not files and inside != ".":
            yield inside
        for name in files:
            yield name if inside == "." else f"{inside}/{name}"


def _hash_file(path: str) -> tuple[str, str, int]:
    md5, sha256, size_bytes = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with open(path, "rb") as file:
        while chunk := file.read(_chunk_bytes):
            md5.update(chunk)
            sha256.update(chunk)
            size_bytes += len(chunk)
    return md5.hexdigest(), sha256.hexdigest(), size_bytes


def _take_stamp(path: str) -> str:
    """What changes when something is written there."""
    stamp = hashlib.sha256()
    for place in (path, *(os.path.join(path, inside) for inside in sorted(_try_walk(path)))):
        try:
            stat = os.stat(place)
        except OSError:
            continue
        times = "" if os.path.isdir(place) else f"{stat.st_mtime_ns} {stat.st_ctime_ns}"
        stamp.update(f"{place}\0{stat.st_ino} {stat.st_size} {times}\0".encode(errors="surrogateescape"))
    return stamp.hexdigest()


def _try_walk(path: str) -> list[str]:
    try:
        return list(_walk(path))
    except ValueError:
        return []
