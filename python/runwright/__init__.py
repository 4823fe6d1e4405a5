"""
Training aids of Runwright: checkpoints, data, cached results, precision, ranks and params; and, by
`%load_ext runwright`, magics for notebooks. Standard library only.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cached import cached
    from .checkpoint import Checkpoint, checkpoint, resume, wait_for_uploads
    from .checkpoint_request import CheckpointRequest, on_checkpoint_request
    from .data import data
    from .digest import File
    from .errors import CheckpointError
    from .params import params
    from .precision import Precision, precision
    from .world import World, world

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "CheckpointRequest",
    "File",
    "Precision",
    "World",
    "cached",
    "checkpoint",
    "data",
    "on_checkpoint_request",
    "params",
    "precision",
    "resume",
    "wait_for_uploads",
    "world",
]

_homes = {
    "Checkpoint": "checkpoint",
    "CheckpointError": "errors",
    "CheckpointRequest": "checkpoint_request",
    "File": "digest",
    "Precision": "precision",
    "World": "world",
    "cached": "cached",
    "checkpoint": "checkpoint",
    "data": "data",
    "on_checkpoint_request": "checkpoint_request",
    "params": "params",
    "precision": "precision",
    "resume": "checkpoint",
    "wait_for_uploads": "checkpoint",
    "world": "world",
}
"""Modules by what they are imported for: a notebook that only lists runs has no use for checkpoints."""


class _Package(ModuleType):
    def __getattr__(self, name: str) -> Any:
        home = _homes.get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{self.__name__}.{home}"), name)
        super().__setattr__(name, found)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        # Python names a module in its package once it is imported; some are named as what is in them.
        if not (name in _homes and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_homes})


sys.modules[__name__].__class__ = _Package


def _watch() -> None:
    """What a program that has a run to tell reads and writes; in all others there is nothing to import for that."""
    if os.environ.get("MLFLOW_RUN_ID"):
        from .opened_files import watch_opened_files

        watch_opened_files()
    if os.environ.get("RUNWRIGHT_OUTPUTS"):
        from .outputs import watch_outputs

        watch_outputs()


_watch()


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext runwright`."""
    from .magics import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by `%unload_ext runwright`."""
    from .magics import unload

    unload(shell)
