"""Files that become visible only complete: written beside, synced, renamed."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_prefix = ".writing-"
_day_seconds = 24 * 3600


class PendingFile:
    """A file that has no name of its own yet; `publish` gives it one, in one move."""

    def __init__(self, folder: Path) -> None:
        # The process and the host are in the name so that a later writer knows what was left by one that is dead.
        self.path = folder / f"{_prefix}{os.getpid()}-{uuid.uuid4().hex[:12]}-{socket.gethostname()}"
        self.file: BinaryIO = open(self.path, "xb")

    def publish(self, target: Path) -> None:
        self.file.flush()
        _sync(self.file.fileno())
        self.file.close()
        os.replace(self.path, target)


@contextlib.contextmanager
def pending_file(folder: Path) -> Iterator[PendingFile]:
    """Opens a file in `folder`, which must exist. What is not published by the end of the block is removed."""
    pending = PendingFile(folder)
    try:
        yield pending
    finally:
        # A full disk can fail once more on close, with what is still in the buffer.
        with contextlib.suppress(OSError):
            pending.file.close()
        with contextlib.suppress(FileNotFoundError):
            pending.path.unlink()


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders.
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # Some network file systems refuse it.
    finally:
        os.close(descriptor)


def remove_abandoned(folder: Path) -> None:
    """Removes pending files whose writers are dead: those of this host by their process, all others after a day."""
    for path in folder.glob(f"{_prefix}*"):
        with contextlib.suppress(OSError, ValueError):
            pid, _, host = path.name[len(_prefix) :].split("-", 2)
            is_old = time.time() - path.stat().st_mtime > _day_seconds
            if is_old or (host == socket.gethostname() and not _is_alive(int(pid))):
                path.unlink()


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # os.kill would end it there.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":
        # fsync there leaves the data in the drive's cache.
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)
