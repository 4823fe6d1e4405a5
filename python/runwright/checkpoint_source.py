"""Finds the checkpoint to go on from: on disk, and among the artifacts of the run where that is newer."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Callable

from .checkpoint_folder import is_intact, list_manifests, make_folder, publish_checkpoint
from .checkpoint_uploads import artifact_folder
from .file_lock import file_lock
from .log import log
from .manifest import Manifest, parse_manifest
from .pending_file import pending_file
from .run_artifacts import NoProxiedArtifacts, RunArtifacts

Order = Callable[[list[Manifest]], list[Manifest]]

_tries = 100


@contextlib.contextmanager
def open_newest(
    folder: Path, order: Order, artifacts: RunArtifacts | None
) -> Iterator[tuple[Manifest, BinaryIO] | None]:
    """
    The first intact one in `order`, with its open state, which stays readable when another process prunes it.

    Broken ones are skipped, with a warning.
    """
    remote = [] if artifacts is None else _list_remote(artifacts)
    found = _find(folder, order, artifacts, remote)
    try:
        yield found
    finally:
        if found is not None:
            found[1].close()


def _find(
    folder: Path, order: Order, artifacts: RunArtifacts | None, remote: list[Manifest]
) -> tuple[Manifest, BinaryIO] | None:
    for _ in range(_tries):
        local = list_manifests(folder)
        names = {each.name for each in local}
        known = sorted([*local, *(each for each in remote if each.name not in names)], key=_age, reverse=True)
        for manifest in order(known):
            if manifest.name not in names and artifacts is not None:
                _fetch(folder, artifacts, manifest)
            file = _open_intact(folder, manifest)
            if file is not None:
                return manifest, file
            if manifest.name in names and not (folder / manifest.name).exists():
                break  # Another process has pruned it meanwhile, and so has written a newer one: look again.
        else:
            return None
    raise OSError(errno.EAGAIN, "checkpoints are written faster than they can be read", str(folder))


def _open_intact(folder: Path, manifest: Manifest) -> BinaryIO | None:
    path = folder / manifest.state_name
    try:
        file = open(path, "rb")
    except OSError as error:
        if (folder / manifest.name).exists():
            log.warning("Skipped the checkpoint of step %d: %s", manifest.step, error)
        return None
    try:
        if is_intact(file, manifest):
            return file
        log.warning("Skipped the checkpoint of step %d: %s is torn or was changed.", manifest.step, path)
    except OSError as error:
        log.warning("Skipped the checkpoint of step %d: %s could not be read: %s", manifest.step, path, error)
    file.close()
    return None


def _list_remote(artifacts: RunArtifacts) -> list[Manifest]:
    found: list[Manifest] = []
    try:
        for name in artifacts.list_names(artifact_folder):
            if name.startswith("step-") and name.endswith(".json"):
                manifest = parse_manifest(artifacts.read(f"{artifact_folder}/{name}"))
                if manifest is not None and manifest.name == name:
                    found.append(replace(manifest, is_fetched=True))
    except NoProxiedArtifacts:
        pass
    except (OSError, ValueError) as error:
        log.warning("The checkpoints among the artifacts of the run could not be listed: %s", error)
    return found


def _fetch(folder: Path, artifacts: RunArtifacts, manifest: Manifest) -> None:
    try:
        make_folder(folder)
        with pending_file(folder) as pending:
            artifacts.download(f"{artifact_folder}/{manifest.state_name}", pending.file)
            with file_lock(folder / ".lock"):
                publish_checkpoint(folder, pending, manifest)
    except (OSError, ValueError, NoProxiedArtifacts) as error:
        log.warning("The checkpoint of step %d could not be downloaded: %s", manifest.step, error)


def _age(manifest: Manifest) -> tuple[int, int]:
    return manifest.sequence, manifest.step
