"""A digest of any value: equal for equal values, in every process, whatever the order of sets and dicts."""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
import types
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from .code_parts import code_parts, references

_chunk_bytes = 1 << 20


class File:
    """An input that counts by its content, not by its name: `load(File("data.csv"))`. Opens like a path."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"File({self.path!r})"

    def digest(self) -> bytes:
        """SHA-256 of the content. Raises OSError."""
        checksum = hashlib.sha256()
        with open(self.path, "rb") as file:
            while chunk := file.read(_chunk_bytes):
                checksum.update(chunk)
        return checksum.digest()


class Digest:
    """
    Arrays and tensors go by type, shape and bytes; `File` by content; paths by their text; functions by their code and
    that of the functions and classes of their own module that they use, and by the values of the global variables they
    use; classes by name, or by code too if they are of `module`; all else by what pickle would save of it.
    """

    def __init__(self, module: str = "") -> None:
        self.module = module
        self._open: set[int] = set()

    def of(self, value: Any) -> bytes:
        """Raises TypeError for what cannot be pickled, as an open file."""
        if id(value) in self._open:
            return _join("cycle", [])
        self._open.add(id(value))
        try:
            kind = type(value)
            return _join(f"{kind.__module__}.{kind.__qualname__}", self._parts(value))
        finally:
            self._open.discard(id(value))

    def _parts(self, value: Any) -> Iterable[bytes | memoryview]:
        kind = type(value)
        if value is None or kind in (bool, int, float, complex, range, type(...)):
            return [repr(value).encode()]
        if kind is str:
            return [value.encode("utf-8", "surrogatepass")]
        if kind in (bytes, bytearray):
            return [value]
        if kind in (list, tuple):
            return [self.of(each) for each in value]
        if kind is dict:
            return sorted(self.of(key) + self.of(each) for key, each in value.items())
        if kind is OrderedDict:
            return [self.of(key) + self.of(each) for key, each in value.items()]
        if kind in (set, frozenset):
            return sorted(self.of(each) for each in value)
        if kind is File:
            return [value.digest()]
        if isinstance(value, PurePath):
            return [os.fspath(value).encode("utf-8", "surrogateescape")]
        return self._code(value) or self._numbers(value) or self._pickled(value)

    def _code(self, value: Any) -> Iterable[bytes] | None:
        if isinstance(value, types.ModuleType):
            return [_name(value.__name__, getattr(value, "__version__", ""))]
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, types.MethodType):
            return [self.of(value.__func__), self.of(value.__self__)]
        function = inspect.unwrap(value) if callable(value) else value
        if isinstance(function, types.FunctionType):
            return self._function(function)
        if isinstance(value, types.BuiltinFunctionType):
            owner = value.__self__
            is_free = owner is None or isinstance(owner, types.ModuleType)
            return [_name(value.__module__, value.__qualname__), *([] if is_free else [self.of(owner)])]
        return None

    def _function(self, function: types.FunctionType) -> Iterable[bytes]:
        parts = [self.of(code_parts(function.__code__, function.__doc__))]
        for name, value in sorted(references(function).items(), key=lambda entry: entry[0]):
            parts.append(name.encode() + self._reference(value, function.__module__))
        return parts

    def _reference(self, value: Any, module: str) -> bytes:
        """What other modules define goes by its name; what has no value that could be saved (a lock) by its class."""
        if hasattr(value, "__qualname__") and getattr(value, "__module__", module) != module:
            return _join("reference", [_name(value.__module__, value.__qualname__)])
        try:
            return self.of(value)
        except (TypeError, AttributeError):
            return _join("reference", [_name(type(value).__module__, type(value).__qualname__)])

    def _class(self, value: type) -> Iterable[bytes]:
        name = _name(value.__module__, value.__qualname__)
        if value.__module__ != self.module:
            return [name]
        skipped = ("__dict__", "__weakref__", "__doc__", "__module__", "__firstlineno__", "__static_attributes__")
        members = {key: _inside(each) for key, each in vars(value).items() if key not in skipped}
        parts = [key.encode() + self._reference(each, self.module) for key, each in sorted(members.items())]
        return [name, *(self._reference(each, self.module) for each in value.__bases__), *parts]

    def _numbers(self, value: Any) -> Iterable[bytes | memoryview] | None:
        """The library is never loaded here: who has such a value has loaded it."""
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
            data = numpy.ascontiguousarray(value)
            return [repr((value.dtype.descr, value.shape)).encode(), memoryview(data.reshape(-1).view(numpy.uint8))]
        if torch is not None and isinstance(value, torch.Tensor) and value.layout is torch.strided:
            data = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
            return [repr((value.dtype, tuple(value.shape))).encode(), memoryview(data)]
        return None

    def _pickled(self, value: Any) -> Iterable[bytes]:
        """As pickle takes it apart; of the parts, the function that puts it together counts by its name."""
        reduced = value.__reduce_ex__(4)
        if isinstance(reduced, str):
            return [_name(type(value).__module__, reduced)]
        build, arguments, *rest = reduced
        name = _name(getattr(build, "__module__", ""), getattr(build, "__qualname__", ""))
        # The items of lists and dicts come as iterators.
        state = [list(each) if hasattr(each, "__next__") else each for each in rest]
        kind = [self.of(type(value))] if type(value).__module__ == self.module else []
        return [name, self.of(arguments), self.of(state), *kind]


def _inside(member: Any) -> Any:
    if isinstance(member, (staticmethod, classmethod)):
        return member.__func__
    return (member.fget, member.fset, member.fdel) if isinstance(member, property) else member


def _name(module: str | None, name: str) -> bytes:
    return f"{module}:{name}".encode()


def _join(kind: str, parts: Iterable[bytes | memoryview]) -> bytes:
    """Each part with its length, so that no two lists of parts run together to the same bytes."""
    checksum = hashlib.sha256()
    for part in (kind.encode(), *parts):
        checksum.update(memoryview(part).nbytes.to_bytes(8, "big"))
        checksum.update(part)
    return checksum.digest()
