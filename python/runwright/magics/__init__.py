"""
Magics for notebooks, one file each: `%load_ext runwright` in IPython, https://ipython.readthedocs.io/en/stable/config/extensions
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from ..notebook.cell_source import remember_cell, transform

_kinds = {
    "track": "cell",
    "train": "cell",
    "runs": "line",
    "compare": "line",
    "data": "line",
    "model": "line",
    "compress": "line",
    "runwright": "line",
}
"""In the order in which they are told. A module is imported when its magic is used, or asked what it does."""


def load(shell: Any) -> None:
    """Loading them once more changes nothing."""
    for name, kind in _kinds.items():
        shell.register_magic_function(_Magic(shell, name, kind), "line" if kind == "line" else "line_cell", name)
    if transform not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(transform)
        shell.events.register("pre_run_cell", remember_cell)


def unload(shell: Any) -> None:
    for name in _kinds:
        for magics in shell.magics_manager.magics.values():
            magics.pop(name, None)
    if transform in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(transform)
        shell.events.unregister("pre_run_cell", remember_cell)


def listed() -> Iterator[tuple[str, str, Any]]:
    """Their names, kinds and modules."""
    for name, kind in _kinds.items():
        yield name, kind, _module_of(name)


def _module_of(name: str) -> Any:
    return importlib.import_module(f".{'help' if name == 'runwright' else name}", __name__)


class _Magic:
    def __init__(self, shell: Any, name: str, kind: str) -> None:
        self._shell = shell
        self._kind = kind
        self.__name__ = name

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        module = _module_of(self.__name__)
        return f"{module.usage}\n\n{module.summary[0].upper()}{module.summary[1:]}."

    def __call__(self, line: str, cell: str | None = None) -> Any:
        run = _module_of(self.__name__).run
        return run(self._shell, line) if self._kind == "line" else run(self._shell, line, cell)
