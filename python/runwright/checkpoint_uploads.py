"""
Checkpoints as artifacts of the run, in the background.

A thread makes the folder `checkpoints` of the run's artifacts like the folder on disk, newest first. What waits is what
the folder holds, so a slow server costs neither memory nor time of the training: there are never more than are kept,
and one that is pruned before its turn is never sent.
"""

from __future__ import annotations

import io
import os
import re
import threading
import time
import urllib.error
from collections.abc import Iterable
from pathlib import Path

from .checkpoint_folder import list_manifests
from .log import log
from .manifest import Manifest, encode_manifest
from .run_artifacts import NoProxiedArtifacts, RunArtifacts
from .state_format import suffixes

artifact_folder = "checkpoints"
_state_name = re.compile(r"step-\d+-[0-9a-f]{8}(" + "|".join(map(re.escape, sorted(set(suffixes.values())))) + ")")
_first_pause_seconds = 1.0
_longest_pause_seconds = 60.0
_last_tries = 3


class CheckpointUploads:
    """One for a folder and a process: it counts what it was told of, and up to where the server has it."""

    def __init__(self, folder: Path, artifacts: RunArtifacts) -> None:
        self.folder = folder
        self.artifacts = artifacts
        self.pid = os.getpid()
        self._changed = threading.Condition()
        self._told = 0
        self._done = 0
        self._is_failing = False
        self._hurry = threading.Event()
        self._tries_left: int | None = None
        """How often it may fail until nobody waits any more; None while that is without end."""
        self._sent: set[str] | None = None
        """Names on the server; None until they are listed."""
        self._again: set[str] = set()
        """Names of manifests that are to be sent even if the server has one of that name."""
        self._gone: set[str] = set()
        threading.Thread(target=self._run, name="runwright-uploads", daemon=True).start()

    def notify(self, saved: Manifest, gone: Iterable[Manifest]) -> None:
        """One was saved, also if it replaces one of the same bytes, and others were pruned. Returns at once."""
        with self._changed:
            self._again.add(saved.name)
            self._gone -= {saved.name, saved.state_name}
            pruned = {name for each in gone for name in (each.name, each.state_name)}
            self._gone |= pruned
            self._again -= pruned
            self._told += 1
            self._changed.notify_all()

    def wait(self, timeout_seconds: float, *, is_end: bool = False) -> bool:
        """
        Whether all that was told before is on the server within that time. At the end of the program a server that
        fails is tried a few times more, quickly, and not waited for any longer.
        """
        with self._changed:
            told = self._told
            if is_end:
                self._tries_left = _last_tries if self._tries_left is None else self._tries_left
                self._hurry.set()
            self._changed.wait_for(lambda: self._done >= told or self._tries_left == 0, max(0.0, timeout_seconds))
            return self._done >= told

    def _run(self) -> None:
        pause_seconds = _first_pause_seconds
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._done < self._told)
                told = self._told
            try:
                self._send_all()
            except NoProxiedArtifacts as error:
                self._fail(f"{error} Checkpoints stay on disk only.")
                with self._changed:
                    self._tries_left = 0
                return
            except Exception as error:  # Whatever it is, the training goes on.
                self._fail(f"Checkpoints could not be uploaded; trying again while the program runs: {error}")
                if self._hurry.wait(pause_seconds):
                    time.sleep(_first_pause_seconds)
                pause_seconds = min(2 * pause_seconds, _longest_pause_seconds)
            else:
                pause_seconds = _first_pause_seconds
                with self._changed:
                    self._is_failing = False
                    self._done = told
                    self._changed.notify_all()

    def _fail(self, message: str) -> None:
        if not self._is_failing:
            log.warning("%s", message)
        with self._changed:
            self._is_failing = True
            self._tries_left = None if self._tries_left is None else max(0, self._tries_left - 1)
            self._changed.notify_all()

    def _send_all(self) -> None:
        if self._sent is None:
            self._sent = self._delete_halves(self.artifacts.list_names(artifact_folder))
        while (manifest := self._next(self._sent)) is not None:
            self._send(manifest, self._sent)
        with self._changed:
            gone = sorted(self._gone, key=lambda name: not name.endswith(".json"))
        for name in gone:
            if name in self._sent:
                self._delete(name)
                self._sent.discard(name)
            with self._changed:
                self._gone.discard(name)

    def _delete_halves(self, names: set[str]) -> set[str]:
        """States without a manifest: a process was killed between sending, or removing, the one and the other."""
        local = {manifest.name for manifest in list_manifests(self.folder)}
        halves = {
            name
            for name in names
            if _state_name.fullmatch(name) and f"{name.rpartition('.')[0]}.json" not in names | local
        }
        for name in sorted(halves):
            self._delete(name)
        return names - halves

    def _next(self, sent: set[str]) -> Manifest | None:
        """Looked up anew after each, for a newer one may have come meanwhile."""
        for manifest in list_manifests(self.folder):
            with self._changed:
                # Before it is sent: what is told from here on is not in it.
                is_told_again = manifest.name in self._again
                self._again.discard(manifest.name)
            if is_told_again or manifest.name not in sent:
                return manifest
        return None

    def _send(self, manifest: Manifest, sent: set[str]) -> None:
        try:
            with open(self.folder / manifest.state_name, "rb") as file:
                if manifest.state_name not in sent:
                    self.artifacts.upload(f"{artifact_folder}/{manifest.state_name}", file, manifest.size_bytes)
                    sent.add(manifest.state_name)
            self._send_manifest(manifest)
        except FileNotFoundError:
            pass  # Pruned meanwhile, or broken: not to be looked at again.
        except BaseException:
            with self._changed:
                self._again.add(manifest.name)
            raise
        sent.add(manifest.name)

    def _send_manifest(self, manifest: Manifest) -> None:
        """After the state: on the server too, a checkpoint is there once its manifest is."""
        data = encode_manifest(manifest)
        self.artifacts.upload(f"{artifact_folder}/{manifest.name}", io.BytesIO(data), len(data))

    def _delete(self, name: str) -> None:
        try:
            self.artifacts.delete(f"{artifact_folder}/{name}")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
