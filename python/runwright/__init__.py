"""
Training aids of Runwright: checkpoints, data, cached results, precision, ranks and params; and, by
`%load_ext runwright`, magics for notebooks. Standard library only.
"""

from typing import Any

from .cached import cached
from .checkpoint import Checkpoint, checkpoint, resume, wait_for_uploads
from .checkpoint_request import CheckpointRequest, on_checkpoint_request
from .data import data
from .digest import File
from .errors import CheckpointError
from .opened_files import watch_opened_files
from .outputs import watch_outputs
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

watch_opened_files()
watch_outputs()


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext runwright`."""
    from .magics import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by `%unload_ext runwright`."""
    from .magics import unload

    unload(shell)
