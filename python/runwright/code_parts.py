"""What makes a function do what it does, as plain values: its bytecode, and what it refers to by name."""

from __future__ import annotations

import dis
import functools
import types
from typing import Any

_absent = object()


def code_parts(code: types.CodeType, doc: str | None = None) -> tuple[Any, ...]:
    """Neither lines nor comments are among them, nor is the docstring `doc`: they change no result."""
    constants = tuple(
        code_parts(each) if isinstance(each, types.CodeType) else each
        for index, each in enumerate(code.co_consts)
        if not (index == 0 and doc is not None and each == doc)
    )
    return (
        code.co_code,
        getattr(code, "co_exceptiontable", b""),
        constants,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags),
    )


def references(function: types.FunctionType) -> dict[str, Any]:
    """What its global names and the variables of the functions around it stand for now, and its defaults."""
    found = {name: function.__globals__.get(name, _absent) for name in _global_names(function.__code__)}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found[f"closure {name}"] = cell.cell_contents
        except ValueError:
            pass  # Not assigned yet.
    found["defaults"] = (function.__defaults__, function.__kwdefaults__)
    return {name: value for name, value in found.items() if value is not _absent}


@functools.lru_cache(maxsize=1024)
def _global_names(code: types.CodeType) -> frozenset[str]:
    """Also those of functions within it. Attributes are not globals, so the names that code objects list do not do."""
    own = {each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    inner = (_global_names(each) for each in code.co_consts if isinstance(each, types.CodeType))
    return frozenset(own.union(*inner))
