"""What a caller may want to catch."""

from __future__ import annotations


class CheckpointError(OSError):
    """A checkpoint could not be written, or a valid one could not be loaded. Earlier checkpoints are untouched."""
