"""
How a state becomes bytes: `torch` where it is plain data with tensors, `torch-pickle` where tensors come with objects
of other classes, else `pickle` (protocol 5).

A file of format `torch` runs no code when it is loaded (torch.load with weights_only). The other two are pickles.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections import OrderedDict
from typing import Any, BinaryIO, Protocol

suffixes = {"torch": ".pt", "torch-pickle": ".pt", "pickle": ".pkl", "v8": ".v8"}
"""`v8` is what programs in JavaScript write; here such ones are listed and kept, and cannot be loaded."""


class Writable(Protocol):
    def write(self, data: Any, /) -> int: ...

    def flush(self) -> None: ...


def choose_format(state: Any) -> str:
    """Looks into dicts, lists and tuples only; torch counts if the program has loaded it, and is never loaded here."""
    torch = sys.modules.get("torch")
    if torch is None or not _has_tensor(state, torch):
        return "pickle"
    return "torch" if _is_plain(state, torch) else "torch-pickle"


def write_state(state: Any, file: Writable, format: str) -> None:
    if format == "pickle":
        pickle.dump(state, file, protocol=5)
    else:
        sys.modules["torch"].save(state, file)


def read_state(file: BinaryIO, format: str, *, map_location: Any = "cpu", data_only: bool = False) -> Any:
    """
    Reads what `write_state` wrote; loads torch if the format needs it.

    With `data_only` nothing but numbers, texts, containers, numpy arrays and tensors is made, so no code of the file
    runs; pickle.UnpicklingError for anything else.
    """
    if format == "v8":
        raise ValueError("it was written by a program in JavaScript, and only such a one can load it")
    if format == "pickle":
        return _DataUnpickler(file).load() if data_only else pickle.load(file)
    import torch

    return torch.load(file, map_location=map_location, weights_only=format == "torch" or data_only)


def _has_tensor(value: Any, torch: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_tensor(each, torch) for each in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_tensor(each, torch) for each in value)
    return isinstance(value, torch.Tensor)


def _is_plain(state: Any, torch: Any) -> bool:
    """Asks this torch itself, on a copy with tensors of one number: what it takes differs from version to version."""
    buffer = io.BytesIO()
    torch.save(_shrink(state, torch), buffer)
    buffer.seek(0)
    try:
        torch.load(buffer, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError):
        return False
    return True


def _shrink(value: Any, torch: Any) -> Any:
    if type(value) in (dict, OrderedDict):
        # A module's state_dict carries its versions as an attribute, which is pickled along.
        small = type(value)((key, _shrink(each, torch)) for key, each in value.items())
        if hasattr(value, "_metadata"):
            small._metadata = value._metadata
        return small
    if type(value) in (list, tuple):
        return type(value)(_shrink(each, torch) for each in value)
    if type(value) is torch.Tensor and value.layout is torch.strided and not value.is_quantized:
        return torch.zeros(1, dtype=value.dtype)
    return value


_data_classes = frozenset(
    [("collections", "OrderedDict"), ("_codecs", "encode"), ("numpy", "ndarray"), ("numpy", "dtype")]
    + [("builtins", name) for name in ("bytearray", "complex", "frozenset", "range", "set", "slice")]
    + [
        (f"numpy.{core}.{module}", name)
        for core in ("core", "_core")
        for module, name in (("multiarray", "_reconstruct"), ("multiarray", "scalar"), ("numeric", "_frombuffer"))
    ]
)


class _DataUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _data_classes:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it holds an object of {module}.{name}")
