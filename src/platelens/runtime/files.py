"""Files that are written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, content: bytes | Iterable[str]) -> None:
    """Write a file, and the folders above it; an old one stays as it is until all is written.

    Args:
        path: of the file.
        content: bytes, or pieces of text, which become UTF-8.

    Raises:
        OSError: it cannot be written; names `path`, and leaves nothing behind.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                file.writelines(piece.encode() for piece in content)
        partial.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        partial.unlink(missing_ok=True)
