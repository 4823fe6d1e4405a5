"""The params that a run was launched with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

_truths = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def params(defaults: Mapping[str, Any] | None = None, **more_defaults: Any) -> dict[str, Any]:
    """
    The params in RUNWRIGHT_PARAMS over these defaults, each converted to the type of its default.

    `params(lr=0.1, epochs=10)` gives `{"lr": 0.01, "epochs": 10}` in a run that was launched with `--param lr=0.01`.
    Params without a default, or with None as default, are strings. Lists and dicts are read as JSON.

    Raises ValueError for a value that does not fit its default.
    """
    values: dict[str, Any] = {**(defaults or {}), **more_defaults}
    given = json.loads(os.environ.get("RUNWRIGHT_PARAMS") or "{}")
    if not isinstance(given, dict):
        raise ValueError("RUNWRIGHT_PARAMS is no JSON object.")
    for key, value in given.items():
        values[key] = _convert(key, value, values.get(key))
    return values


def _convert(key: str, value: Any, default: Any) -> Any:
    if default is None or type(value) is type(default):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        return _parse(text, default)
    except (ValueError, KeyError):
        raise ValueError(f"The param {key} is {text!r}, which is no {type(default).__name__}.") from None


def _parse(text: str, default: Any) -> Any:
    if isinstance(default, bool):
        return _truths[text.strip().lower()]
    if isinstance(default, int):
        return int(text)
    if isinstance(default, (float, str)):
        return type(default)(text)
    if isinstance(default, (list, tuple, dict)):
        parsed = json.loads(text)
        if not isinstance(parsed, dict if isinstance(default, dict) else list):
            raise ValueError
        return type(default)(parsed)
    return text
