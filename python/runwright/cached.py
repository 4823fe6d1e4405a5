"""`@cached`: an intermediate result is computed once for its code and its inputs, whoever asks for it."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any, Callable, TypeVar, overload

from .cache_folder import evict, find_result, store_result
from .checkpoint_folder import make_folder
from .digest import Digest
from .file_lock import file_lock
from .log import log

_default_size_bytes = 10 << 30

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def cached(function: Function) -> Function: ...


@overload
def cached(
    *, folder: str | os.PathLike[str] | None = ..., max_size_bytes: int | None = ..., ignore: Collection[str] = ...
) -> Callable[[Function], Function]: ...


def cached(
    function: Any = None,
    *,
    folder: str | os.PathLike[str] | None = None,
    max_size_bytes: int | None = None,
    ignore: Collection[str] = (),
) -> Any:
    """
    Keeps the results of a function on disk, and computes one only if its code or its inputs have changed.

    The key is made of the code of the function, of the functions and classes of the same module that it uses, of the
    global variables that it reads, and of its arguments: arrays by their bytes, files by content when they are wrapped
    as `File(path)`. Not of code in other modules, nor of what the function reads by itself, nor of arguments named in
    `ignore`. One process computes, others that ask for the same wait for it.

    Results are pickled in `folder`, else RUNWRIGHT_CACHE_DIR, else `.runwright/cache`; from `max_size_bytes` on
    (RUNWRIGHT_CACHE_BYTES, 10 GiB) the least recently used go. A result that cannot be kept is returned all the same,
    with a warning. Errors are not kept. Raises TypeError for an argument that has no digest, as an open file.
    """
    if function is None:
        return functools.partial(cached, folder=folder, max_size_bytes=max_size_bytes, ignore=ignore)
    signature = inspect.signature(function)
    unknown = set(ignore) - set(signature.parameters)
    if unknown:
        raise ValueError(f"{function.__qualname__} has no parameter {', '.join(sorted(unknown))} to ignore.")

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        key = _key(function, signature, ignore, args, kwargs)
        place = Path(folder or os.environ.get("RUNWRIGHT_CACHE_DIR") or Path(".runwright") / "cache").absolute()
        limit = max_size_bytes if max_size_bytes is not None else _size_limit()
        return _find_or_compute(place / key, limit, lambda: function(*args, **kwargs))

    return call


def _find_or_compute(path: Path, limit_bytes: int, compute: Callable[[], Any]) -> Any:
    result = path.with_name(path.name + ".pkl")
    if (found := find_result(result)) is not None:
        return found[0]
    with contextlib.ExitStack() as held:
        try:
            make_folder(path.parent)
            held.enter_context(file_lock(path.with_name(path.name + ".lock")))
        except OSError as error:
            log.warning("Results are not kept in %s: %s", path.parent, error)
            return compute()
        # Another process may have computed it while this one waited.
        if (found := find_result(result)) is not None:
            return found[0]
        value = compute()
        _keep(result, value, limit_bytes)
        return value


def _keep(result: Path, value: Any, limit_bytes: int) -> None:
    try:
        store_result(result, value)
        evict(result.parent, limit_bytes)
    except Exception as error:  # Pickle raises what it likes; the result is there, and is worth more than its copy.
        log.warning("The result for %s could not be kept: %s", result.name, error)


def _key(
    function: Callable[..., Any],
    signature: inspect.Signature,
    ignore: Collection[str],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> str:
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    digest = Digest(function.__module__)
    parts = []
    for name, value in bound.arguments.items():
        if name not in ignore:
            try:
                parts.append((name, digest.of(value)))
            except (TypeError, AttributeError) as error:
                what = f"The argument {name} of {function.__qualname__} cannot be part of a cache key: {error}"
                raise TypeError(f"{what}. Pass what it was made from, or name it in `ignore`.") from error
    # Bytecode means something else from one Python to the next.
    whole = digest.of((sys.version_info[:2], function.__module__, function.__qualname__, function, parts))
    readable = re.sub(r"\W", "-", function.__qualname__)[-60:]
    return f"{readable}-{whole.hex()[:40]}"


def _size_limit() -> int:
    text = os.environ.get("RUNWRIGHT_CACHE_BYTES", "")
    try:
        return int(text) if text else _default_size_bytes
    except ValueError:
        raise ValueError(f"RUNWRIGHT_CACHE_BYTES is {text!r}, which is no whole number.") from None
