"""
The command line of Runwright, as a process: what it does is done the same way in a terminal.

RUNWRIGHT_COMMAND holds its program and first words as a JSON array, and RUNWRIGHT_WORKSPACE the folder whose runs are
meant; kernels of the engine have both. Elsewhere it is `runwright` on the PATH, and the folder follows from where the
notebook is.
"""

from __future__ import annotations

import codecs
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .magic_error import MagicError

_own_variables = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME")


@dataclass(frozen=True)
class Answer:
    """What a command has said at its end."""

    data: Any
    """What it printed as JSON; None where that is nothing."""
    problem: str
    """Why it did not do what was asked, as a sentence; empty where it did."""


def run_command(
    words: Sequence[str],
    behind: Sequence[str] = (),
    *,
    env: Mapping[str, str] | None = None,
    hear: Callable[[str], None] | None = None,
) -> Answer:
    """
    Runs a command with `--json`, and waits for its end. `behind` is what stands behind `--`. `hear` is told what it says
    on its standard error as that comes, without what says why it ended.

    Raises MagicError where there is no command line, or where it has said nothing but an error. An interrupt is handed
    on to it, and raised when it has ended.
    """
    place = [f"--workspace={os.environ['RUNWRIGHT_WORKSPACE']}"] if os.environ.get("RUNWRIGHT_WORKSPACE") else []
    dashes = ["--", *behind] if behind else []
    child = subprocess.Popen(
        [*_find_program(), *words, "--json", *place, *dashes],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**_environment(), **(env or {})},
        # An interrupt of the kernel may go to its whole group of processes; this one is told once, below.
        start_new_session=True,
    )
    heard, printed = _Heard(child.stderr, hear), _Whole(child.stdout)
    try:
        heard.read()
        printed.join()
        code = child.wait()
    except BaseException:
        _end(child)
        raise
    data, error = _parse(printed.text), heard.error()
    if code != 0 and data is None:
        raise MagicError(error or f"runwright {words[0]} ended with {code}.")
    return Answer(data, "" if code == 0 else error or f"runwright {words[0]} ended with {code}.")


def read_help(words: Sequence[str]) -> str:
    """What the command line says about a command."""
    asked = [*_find_program(), *words, "--help"]
    done = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, env=_environment(), check=False)
    if done.returncode != 0:
        raise MagicError(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode(errors="replace")


def _find_program() -> list[str]:
    told = os.environ.get("RUNWRIGHT_COMMAND")
    if told:
        return [str(word) for word in json.loads(told)]
    found = shutil.which("runwright")
    if found is None:
        raise MagicError(
            "The command line of Runwright is not on the PATH: open the notebook in a kernel of Runwright, or install it."
        )
    return [found]


def _environment() -> dict[str, str]:
    """Of a tracked cell its commands know nothing. An Electron is Node only while told so."""
    kept = {name: value for name, value in os.environ.items() if name not in _own_variables}
    return {**kept, "ELECTRON_RUN_AS_NODE": "1"} if os.environ.get("RUNWRIGHT_COMMAND") else kept


def _parse(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        raise MagicError("The command line of Runwright has printed something else than JSON.") from None


def _end(child: subprocess.Popen[bytes]) -> None:
    """Asks first: a command that is interrupted tidies up."""
    child.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


class _Whole(threading.Thread):
    """All that a command prints. A pipe that nobody reads would hold it up."""

    def __init__(self, pipe: Any) -> None:
        super().__init__(name="runwright-output", daemon=True)
        self.text = ""
        self._pipe = pipe
        self.start()

    def run(self) -> None:
        self.text = self._pipe.read().decode(errors="replace")


class _Heard:
    """What a command says meanwhile; what it says last may be an error, as a JSON object in a line."""

    def __init__(self, pipe: Any, hear: Callable[[str], None] | None) -> None:
        self._pipe = pipe
        self._hear = hear
        self._said: list[str] = []

    def read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = ""
        with self._pipe as pipe:
            while chunk := pipe.read1(65536):
                *lines, held = (held + decoder.decode(chunk)).split("\n")
                for line in lines:
                    self._take(f"{line}\n")
                # A bar of progress has no end of its line for long; what may be an error is waited for.
                if not held.startswith("{"):
                    self._take(held)
                    held = ""
        self._take(held)

    def _take(self, text: str) -> None:
        if text.startswith('{"error_code"') or self._hear is None:
            self._said.append(text)
        elif text:
            self._hear(text)

    def error(self) -> str:
        for text in reversed(self._said):
            try:
                told = json.loads(text)
                return "\n  ".join(str(told[key]) for key in ("message", "hint") if told.get(key))
            except (ValueError, KeyError, AttributeError):
                continue
        return "".join(self._said).strip()
