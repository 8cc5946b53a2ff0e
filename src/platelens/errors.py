"""Exceptions raised by platelens.

* PlatelensError
  + ImageError            the bytes or array are not a usable image
    - ImageTooLargeError  more pixels than the limit allows (decompression bombs)
  + ModelError            a model cannot be used
    - UnknownModelError   no such name; the message lists the known ones
    - ManifestError       model.toml is missing, malformed or contradicts the graph
    - ChecksumError       model.onnx is not the file that model.toml describes
  + DeviceError           the requested device is not available
  + AnnotationError       a data set's annotation file is malformed
  + RecipeError           a training recipe is malformed
  + TrainingError         a training run cannot go on
"""

from __future__ import annotations

from collections.abc import Sequence


class PlatelensError(Exception):
    """Base of every error that platelens raises on purpose."""


class ImageError(PlatelensError):
    """The bytes, file or array are not a usable image."""


class ImageTooLargeError(ImageError):
    """The image has more pixels than the limit allows."""


class ModelError(PlatelensError):
    """A model cannot be used."""


class UnknownModelError(ModelError):
    """No model of that name; the message lists the known ones."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name, tuple(known))  # as they came, or it could not be unpickled
        self.name = name
        self.known = tuple(known)

    def __str__(self) -> str:
        return f"unknown model {self.name!r}; known: {', '.join(sorted(self.known)) or 'none'}"


class ManifestError(ModelError):
    """`model.toml` is missing, malformed or contradicts the graph."""


class ChecksumError(ModelError):
    """`model.onnx` is not the file that its `model.toml` describes."""


class DeviceError(PlatelensError):
    """The requested device is not available on this machine."""


class AnnotationError(PlatelensError):
    """A data set's annotation file is malformed."""


class RecipeError(PlatelensError):
    """A training recipe is malformed."""


class TrainingError(PlatelensError):
    """A training run cannot go on."""
