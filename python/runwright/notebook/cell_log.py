"""What a cell prints, and the pictures it shows, kept while they go where they go."""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO

_most_bytes = 256 << 20
_in_memory_bytes = 1 << 20
_most_figures = 100
_endings = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


class CellLog:
    """From its making until `stop`."""

    def __init__(self, shell: Any) -> None:
        self.file: BinaryIO = tempfile.SpooledTemporaryFile(_in_memory_bytes)  # type: ignore[assignment]
        self.size_bytes = 0
        self.figures: list[tuple[str, bytes]] = []
        """File names and contents, in their order."""
        self._stops: list[Callable[[], None]] = []
        # Not what the names stand for is replaced but what they write by: loggers keep the streams of earlier cells.
        for stream in (sys.stdout, sys.stderr):
            self._listen(stream, "write", self.keep)
        self._listen(shell.display_pub, "publish", self._keep_figure)

    def stop(self) -> None:
        while self._stops:
            self._stops.pop()()

    def keep(self, text: str, *_: Any, **__: Any) -> None:
        content = text.encode(errors="replace")
        if self.size_bytes + len(content) <= _most_bytes:
            self.size_bytes += len(content)
            self.file.write(content)

    def _listen(self, thing: Any, name: str, hear: Callable[..., None]) -> None:
        said, before = getattr(thing, name), vars(thing).get(name) if hasattr(thing, "__dict__") else None

        def say(*args: Any, **kwargs: Any) -> Any:
            try:
                hear(*args, **kwargs)
            except Exception:  # Whatever it is, the cell goes on.
                pass
            return said(*args, **kwargs)

        try:
            setattr(thing, name, say)
        except AttributeError:
            return  # A stream of a terminal has no room for it.
        self._stops.append(lambda: delattr(thing, name) if before is None else setattr(thing, name, before))

    def _keep_figure(self, data: Any, *_: Any, **__: Any) -> None:
        kind = next((each for each in _endings if each in data), None)
        if kind is None or len(self.figures) >= _most_figures:
            return
        picture = data[kind]
        if isinstance(picture, str):
            picture = picture.encode() if kind == "image/svg+xml" else base64.b64decode(picture)
        self.figures.append((f"figure-{len(self.figures) + 1}.{_endings[kind]}", picture))

    def open_figures(self) -> list[tuple[str, BinaryIO, int]]:
        return [(name, io.BytesIO(content), len(content)) for name, content in self.figures]
