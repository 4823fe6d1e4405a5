"""
Magics for notebooks, one file each: `%load_ext runwright` in IPython, https://ipython.readthedocs.io/en/stable/config/extensions
"""

from __future__ import annotations

from typing import Any

from . import compare, compress, data, help, model, runs, track, train

listed = (track, train, runs, compare, data, model, compress, help)


def load(shell: Any) -> None:
    """Loading them once more changes nothing."""
    for module in listed:
        shell.register_magic_function(_bind(shell, module), "line" if module.kind == "line" else "line_cell", module.name)
    if track.transform not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(track.transform)
        shell.events.register("pre_run_cell", track.remember_cell)


def unload(shell: Any) -> None:
    for module in listed:
        for magics in shell.magics_manager.magics.values():
            magics.pop(module.name, None)
    if track.transform in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(track.transform)
        shell.events.unregister("pre_run_cell", track.remember_cell)


def _bind(shell: Any, module: Any) -> Any:
    def magic(line: str, cell: str | None = None) -> Any:
        return module.run(shell, line) if module.kind == "line" else module.run(shell, line, cell)

    magic.__doc__ = f"{module.usage}\n\n{module.summary[0].upper()}{module.summary[1:]}."
    magic.__name__ = module.name
    return magic
