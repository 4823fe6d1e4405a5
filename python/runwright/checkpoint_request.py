"""Somebody outside asks the program for a checkpoint (SIGUSR1), or for one and then its end (SIGTERM)."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType
from typing import Any

_grace_seconds = 5.0


class CheckpointRequest:
    """True while a checkpoint is asked for; `checkpoint()` makes it False again."""

    def __init__(self) -> None:
        self._is_pending = False
        self._asked_at = 0.0
        self.should_stop = False
        """Whether the program was asked to end: save, then `raise SystemExit(request.exit_code)`."""

    exit_code = 128 + signal.SIGTERM
    """What a shell gives for an end by SIGTERM; with 0 the job would count as finished and not go on later."""

    def __bool__(self) -> bool:
        return self._is_pending

    def _ask(self, number: int, frame: FrameType | None) -> None:
        # Nothing but flags: the signal may come in the middle of a step, or of a checkpoint.
        self._is_pending = True
        if number == signal.SIGTERM:
            self._end_if_stuck()
            self.should_stop = True
        previous = _previous.get(number)
        if callable(previous):
            previous(number, frame)

    def _end_if_stuck(self) -> None:
        """Within a few seconds a second SIGTERM is the same request: torchrun passes on what its group gets anyway."""
        now = time.monotonic()
        if not self.should_stop:
            self._asked_at = now
        elif now - self._asked_at >= _grace_seconds:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)


_request: CheckpointRequest | None = None
_previous: dict[int, Any] = {}


def on_checkpoint_request() -> CheckpointRequest:
    """
    From now on SIGUSR1 and SIGTERM ask for a checkpoint at the next step, and no longer end the program at once. Only a
    further SIGTERM five seconds later does, for a program that does not come to its next step.

    Look at the result in the training loop. Handlers that were there before are called too. Call it from the main
    thread; a second call gives the same object. Raises ValueError in another thread.
    """
    global _request
    if _request is None:
        request = CheckpointRequest()
        for name in ("SIGUSR1", "SIGTERM"):
            number = getattr(signal, name, None)  # Windows has no SIGUSR1.
            if number is not None:
                _previous[number] = signal.signal(number, request._ask)
        _request = request
    return _request


def answer_request() -> None:
    """A checkpoint is written now; a signal that comes from here on asks for another one."""
    if _request is not None:
        _request._is_pending = False


def is_stopping() -> bool:
    return _request is not None and _request.should_stop
