"""Packages that only some commands need."""

from __future__ import annotations

from importlib.util import find_spec

from platelens.errors import ExtraError


def require_extra(extra: str, *modules: str) -> None:
    """Raise ExtraError, which says what to install, unless all `modules` are there."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise ExtraError(
            f"this command needs {', '.join(missing)}: pip install 'platelens[{extra}]'"
        )
