"""Where the package says what it cannot raise: the logger `runwright`, which prints to stderr unless set up."""

from __future__ import annotations

import logging

log = logging.getLogger("runwright")
