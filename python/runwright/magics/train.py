"""`%%train`: the cell is a job."""

from __future__ import annotations

import os
import sys
from typing import Any

from ..notebook.command_line import run_command
from ..notebook.magic_error import MagicError
from ..notebook.options import split_words
from ..notebook.show_command import print_now, show_or_raise
from ..notebook.shown import Shown
from ..notebook.tables import Table, format_time

summary = "sends the cell as a job to this machine or another, and shows what it prints until it ends"
usage = "%%train [--target NAME] [--gpus COUNT] [--time TIME] [--param KEY=VALUE] … as before “--” of “runwright train”"

_variable = "RUNWRIGHT_CELL"
_most_bytes = 100_000
_program = (
    f'import linecache, os, sys, traceback; cell = os.environ["{_variable}"]; '
    'linecache.cache["cell.py"] = len(cell), None, cell.splitlines(True), "cell.py"; '
    "sys.excepthook = lambda kind, error, trace: traceback.print_exception(kind, error, trace.tb_next); "
    'exec(compile(cell, "cell.py", "exec"))'
)
"""
Runs the source in the variable, with its lines in tracebacks. The source is no word of the command, where braces stand
for params.
"""


def run(shell: Any, line: str, cell: str | None = None) -> Shown:
    words = split_words("%%train", line)
    source = cell or ""
    _check(shell, words, source)
    command = [_find_python(words), "-c", _program]
    try:
        answer = run_command(["train", *words, "--env", f"{_variable}={source}"], command, hear=print_now)
    except KeyboardInterrupt:
        hint = "“runwright jobs cancel NAME” ends it."
        raise MagicError(f"%%train: interrupted. A job that was launched goes on: {hint}") from None
    jobs = [answer.data["job"]] if "job" in answer.data else answer.data["jobs"]
    return show_or_raise(Shown("job", answer.data, [_table(jobs)]), _explain(jobs[0]) if answer.problem else "")


def _check(shell: Any, words: list[str], source: str) -> None:
    """Raises MagicError for what could not work as a job."""
    refused = next((word for word in words if word.split("=")[0] in ("--launcher", "--grid", "--random", "--repeat")), "")
    if refused or "--" in words:
        raise MagicError(f"%%train: {refused or '--'} is for files: write the cell to one, and use “runwright train”.")
    if not source.strip():
        raise MagicError("%%train: the cell is empty.")
    if len(source.encode()) > _most_bytes:
        raise MagicError("%%train: the cell is longer than 100,000 bytes: write it to a file, and use “runwright train”.")
    if shell.transform_cell(source).strip() != source.strip():
        raise MagicError("%%train: a job knows no magics and no commands with “!”: take them out of the cell.")
    try:
        compile(source, "cell.py", "exec")
    except SyntaxError as error:
        raise MagicError(f"%%train: {error.msg} in line {error.lineno} of what is sent.") from None


def _find_python(words: list[str]) -> str:
    """That of the notebook. Where the job may run elsewhere, it is the one of the environment that is built there."""
    inside = os.path.relpath(sys.executable, os.getcwd()) if os.name != "nt" else sys.executable
    if inside.startswith((".venv/", "venv/")):
        return inside
    goes_elsewhere = any(word.split("=")[0] in ("-t", "--target", "--profile", "--isolated") for word in words)
    return "python3" if goes_elsewhere else sys.executable


def _explain(job: dict[str, Any]) -> str:
    why = f": {job['reason']}" if job["reason"] else ""
    return f"The job {job['name']} is {job['status']}{why}."


def _table(jobs: list[dict[str, Any]]) -> Table:
    rows = [
        [job["jobId"][:8], job["name"], job["spec"]["target"], job["status"], format_time(job["createdAt"])]
        for job in jobs
    ]
    return Table("", ["JOB", "NAME", "TARGET", "STATUS", "LAUNCHED"], rows)
