"""The checkpoints of one run in a folder: written, found, checked and pruned. No other state."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from .file_lock import file_lock
from .log import log
from .manifest import Manifest, encode_manifest, parse_manifest
from .pending_file import PendingFile, pending_file, remove_abandoned, sync_folder
from .state_format import choose_format, write_state

_chunk_bytes = 1 << 20
_tries = 100


class _HashingWriter:
    """Passes on to a file what is written, and sums it up."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: Any) -> int:
        # numpy writes arrays as memoryviews of their own shape.
        view = memoryview(data)
        if view.nbytes == 0:
            return 0  # An empty view cannot be cast.
        view = view.cast("B")
        self.hash.update(view)
        self.file.write(view)
        self.size_bytes += view.nbytes
        return view.nbytes

    def flush(self) -> None:
        self.file.flush()


def write_checkpoint(folder: Path, state: Any, step: int, metric: float | None) -> Manifest:
    """When it returns, the checkpoint is on disk and the newest of the folder."""
    make_folder(folder)
    remove_abandoned(folder)
    format = choose_format(state)
    with pending_file(folder) as pending:
        writer = _HashingWriter(pending.file)
        write_state(state, writer, format)
        with file_lock(folder / ".lock"):
            manifest = Manifest(
                step=step,
                metric=metric,
                sequence=1 + max((each.sequence for each in list_manifests(folder)), default=0),
                format=format,
                size_bytes=writer.size_bytes,
                sha256=writer.hash.hexdigest(),
                saved_at=time.time_ns() // 1_000_000,
            )
            publish_checkpoint(folder, pending, manifest)
    return manifest


def publish_checkpoint(folder: Path, state: PendingFile, manifest: Manifest) -> None:
    """Gives the state its name, then the manifest: from then on the checkpoint is there."""
    state.publish(folder / manifest.state_name)
    try:
        sync_folder(folder)
        with pending_file(folder) as pending:
            pending.file.write(encode_manifest(manifest))
            pending.publish(folder / manifest.name)
    except OSError:
        # On a full disk the state would lie there for nothing.
        if not (folder / manifest.name).exists():
            _remove(folder, [manifest.state_name])
        raise
    sync_folder(folder)


def list_manifests(folder: Path) -> list[Manifest]:
    """Newest first, as the folder was at one moment. Broken manifests are left out, with a warning."""
    for _ in range(_tries):
        try:
            found = [_read_manifest(path) for path in folder.glob("step-*.json")]
        except FileNotFoundError:
            continue  # Pruned by another process, which has written a newer one that this listing may not have.
        whole = [each for each in found if each is not None]
        return sorted(whole, key=lambda each: (each.sequence, each.step), reverse=True)
    raise OSError(errno.EAGAIN, "checkpoints are written faster than they can be listed", str(folder))


def _read_manifest(path: Path) -> Manifest | None:
    manifest = parse_manifest(path.read_bytes())
    if manifest is None or manifest.name != path.name:
        log.warning("Skipped %s: the manifest is torn or was changed.", path)
        return None
    return manifest


def is_intact(file: BinaryIO, manifest: Manifest) -> bool:
    """Reads an open state to its end and goes back to the start."""
    checksum = hashlib.sha256()
    size_bytes = 0
    while chunk := file.read(_chunk_bytes):
        checksum.update(chunk)
        size_bytes += len(chunk)
    file.seek(0)
    return size_bytes == manifest.size_bytes and checksum.hexdigest() == manifest.sha256


def prune(folder: Path, *, keep_last: int, keep_best: int, mode: str) -> list[Manifest]:
    """Removes all but the last and the best ones; tells which. Ones of the wrong size do not count as kept."""
    with file_lock(folder / ".lock") as is_locked:
        manifests = list_manifests(folder)
        whole = [each for each in manifests if _has_its_size(folder, each)]
        kept = {each.stem for each in [*whole[:keep_last], *sort_by_metric(whole, mode)[:keep_best]]}
        gone = [each for each in manifests if each.stem not in kept]
        if is_locked:
            # Nobody publishes now: all else is broken, or was left by a writer that was killed between its two moves.
            names = [path.name for path in folder.glob("step-*") if path.stem not in kept]
        else:
            names = [name for each in gone for name in (each.name, each.state_name)]
        # Manifests first: a state without one is no checkpoint, the other way round is a broken one.
        _remove(folder, sorted(names, key=lambda name: not name.endswith(".json")))
    return gone


def sort_by_metric(manifests: Iterable[Manifest], mode: str) -> list[Manifest]:
    """Best first, of equals the newest; those without a metric are left out."""
    sign = 1 if mode == "min" else -1
    rated = [(sign * each.metric, -each.sequence, each) for each in manifests if each.metric is not None]
    return [each for *_, each in sorted(rated, key=lambda entry: entry[:2])]


def make_folder(folder: Path) -> None:
    """Where it is the usual folder, git is told to leave it out; another one is the user's own."""
    folder.mkdir(parents=True, exist_ok=True)
    root = next((parent for parent in folder.parents if parent.name == ".runwright"), None)
    if root is not None and not (root / ".gitignore").exists():
        with contextlib.suppress(OSError):
            (folder / ".gitignore").write_text("*\n")


def _has_its_size(folder: Path, manifest: Manifest) -> bool:
    try:
        return (folder / manifest.state_name).stat().st_size == manifest.size_bytes
    except FileNotFoundError:
        return False


def _remove(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            (folder / name).unlink()
