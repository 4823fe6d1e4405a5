"""Training aids of Runwright: checkpoints, cached results, precision, ranks and params. Standard library only."""

from .cached import cached
from .checkpoint import Checkpoint, checkpoint, resume, wait_for_uploads
from .checkpoint_request import CheckpointRequest, on_checkpoint_request
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
    "on_checkpoint_request",
    "params",
    "precision",
    "resume",
    "wait_for_uploads",
    "world",
]
