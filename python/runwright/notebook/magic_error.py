"""An error that is shown as its sentence, without a traceback."""

from __future__ import annotations


class MagicError(Exception):
    """What happened, to what, and what to do next."""

    def _render_traceback_(self) -> list[str]:
        """Asked by IPython, https://ipython.readthedocs.io/en/stable/config/integrating.html#custom-exceptions"""
        return [str(self)]
