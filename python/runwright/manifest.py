"""
What stands beside the state of a checkpoint: `step-120-0f3a9c2e.json` beside `step-120-0f3a9c2e.pt`.

A checkpoint is there once its manifest is, and valid while its bytes have the manifest's SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from .state_format import suffixes

version = 1


@dataclass(frozen=True)
class Manifest:
    step: int
    metric: float | None
    sequence: int
    """Counts the checkpoints of a folder; the newest one has the highest, whatever its step."""
    format: str
    size_bytes: int
    sha256: str
    saved_at: int
    """Milliseconds since 1970-01-01 UTC."""
    is_fetched: bool = False
    """Whether it came from the tracking server: then it is read as data only."""

    @property
    def stem(self) -> str:
        return f"step-{self.step}-{self.sha256[:8]}"

    @property
    def state_name(self) -> str:
        return self.stem + suffixes[self.format]

    @property
    def name(self) -> str:
        return self.stem + ".json"


def encode_manifest(manifest: Manifest) -> bytes:
    content = {"version": version, **asdict(manifest)}
    return json.dumps({**content, "check": _check(content)}, indent=2).encode()


def parse_manifest(data: bytes | bytearray) -> Manifest | None:
    """None for anything but a whole, unchanged manifest of this version."""
    try:
        content = json.loads(data)
        check = content.pop("check")
        if content.pop("version") != version or check != _check({"version": version, **content}):
            return None
        manifest = Manifest(**content)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return manifest if _is_sound(manifest) else None


def _check(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_sound(manifest: Manifest) -> bool:
    """A manifest may come from a server: its names must not lead elsewhere, and its numbers must compare."""
    kinds: dict[str, Any] = {"int": int, "str": str, "bool": bool, "float | None": (float, int, type(None))}
    return (
        all(isinstance(getattr(manifest, each.name), kinds[str(each.type)]) for each in fields(manifest))
        and manifest.step >= 0
        and manifest.size_bytes >= 0
        and manifest.format in suffixes
        and re.fullmatch(r"[0-9a-f]{64}", manifest.sha256) is not None
        and not (manifest.metric is not None and math.isnan(manifest.metric))
    )
