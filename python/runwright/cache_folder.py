"""Results on disk: a file each, found by key, checked by its SHA-256, the least recently used ones removed first."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
from pathlib import Path
from typing import Any, BinaryIO

from .log import log
from .pending_file import pending_file, remove_abandoned

_magic = b"runwright-cache-1\n"
_digest_bytes = 32


class _HashingFile:
    def __init__(self, file: Any) -> None:
        self.file = file
        self.hash = hashlib.sha256()

    def write(self, data: Any) -> int:
        self.hash.update(data)
        self.file.write(data)
        return memoryview(data).nbytes


def find_result(path: Path) -> tuple[Any] | None:
    """Counts as a use. None, with a warning, also for a torn or changed file, which a new result then replaces."""
    try:
        with open(path, "rb") as file:
            if not _is_intact(file):
                log.warning("The cached result %s is torn or was changed; it is computed again.", path)
                return None
            value = pickle.load(file)
        os.utime(path)
        return (value,)
    except FileNotFoundError:
        return None
    except Exception as error:  # Pickle raises what it likes, as when a class is not there any more.
        log.warning("The cached result %s could not be loaded; it is computed again: %s", path, error)
        return None


def _is_intact(file: BinaryIO) -> bool:
    """Leaves the file at the start of the pickle."""
    magic, wanted = file.read(len(_magic)), file.read(_digest_bytes)
    checksum = hashlib.sha256()
    while chunk := file.read(1 << 20):
        checksum.update(chunk)
    file.seek(len(_magic) + _digest_bytes)
    return magic == _magic and checksum.digest() == wanted


def store_result(path: Path, value: Any) -> None:
    """Atomic: whoever looks meanwhile finds the whole result or none. Raises OSError, and what pickle raises."""
    with pending_file(path.parent) as pending:
        pending.file.write(_magic + bytes(_digest_bytes))
        writer = _HashingFile(pending.file)
        pickle.dump(value, writer, protocol=5)
        pending.file.seek(len(_magic))
        pending.file.write(writer.hash.digest())
        pending.publish(path)


def evict(folder: Path, max_size_bytes: int) -> None:
    """Removes the results that were not used for longest until the rest fits."""
    remove_abandoned(folder)
    entries = []
    # Programs in JavaScript may share the folder.
    for path in [*folder.glob("*.pkl"), *folder.glob("*.v8")]:
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            entries.append((status.st_mtime_ns, status.st_size, path))
    total_bytes = sum(size_bytes for _, size_bytes, _ in entries)
    for _, size_bytes, path in sorted(entries):
        if total_bytes <= max_size_bytes:
            return
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        total_bytes -= size_bytes
