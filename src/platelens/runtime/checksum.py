"""Is `model.onnx` the file that its manifest describes?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from platelens.errors import ChecksumError, ModelError
from platelens.runtime.manifest import GRAPH_NAME, Manifest


def sha256_hex(data: bytes) -> str:
    """Give the SHA-256 of `data` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def read_graph(folder: Path, manifest: Manifest) -> bytes:
    """Read the bytes of a folder's `model.onnx` and check them against its manifest.

    Raises:
        ModelError: the file cannot be read.
        ChecksumError: it is not the file that the manifest describes.
    """
    path = folder / GRAPH_NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error
    found = sha256_hex(data)
    if found != manifest.sha256:
        raise ChecksumError(
            f"{path}: the file is damaged or was changed: its sha256 is {found[:12]}..., "
            f"model.toml says {manifest.sha256[:12]}...; install platelens again or export anew"
        )
    return data
