"""Libraries that are there only with an extra."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from platelens.errors import EngineError


def load_library(module: str, extra: str) -> Any:
    """Import a library that the extra of that name brings.

    Raises:
        EngineError: it is not installed, or it cannot be loaded; says what to install.
    """
    try:
        return import_module(module)
    except Exception as error:  # a broken installation raises whatever it likes
        raise EngineError(
            f"{module} cannot be used ({error}); install it with: pip install 'platelens[{extra}]'"
        ) from error


def version_of(distribution: str) -> str:
    """Give name and version of an installed distribution: "pytesseract 0.3.13"."""
    try:
        return f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        return f"{distribution} of unknown version"  # a source tree on the import path
