"""What an export ends with when it cannot be done, and the packages that it needs."""

import importlib.metadata
import importlib.util


class Refused(Exception):
    """It cannot be done, for a reason that the user can do something about."""

    def __init__(self, message, kind="refused", packages=()):
        super().__init__(message)
        self.kind = kind
        self.packages = list(packages)


class ConsentNeeded(Exception):
    """The file can run code while it is loaded, and nobody has said that it may."""


def require(*modules, pip=None):
    """Refuses with the packages that are missing; nothing is installed here.

    `pip` names the packages where they are called otherwise than their modules.
    """
    names = pip or {}
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        packages = [names.get(module, module) for module in missing]
        raise Refused(f"This Python has no {' and no '.join(packages)}.", kind="missing", packages=packages)


def versions(*packages):
    """Of those that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found
