"""Exceptions raised by platelens.

* PlatelensError
  + ImageError            the bytes or array are not a usable image
    - ImageTooLargeError  more pixels than the limit allows (decompression bombs)
  + VideoError            a video or a stream cannot be opened, read or written
  + ModelError            a model cannot be used
    - UnknownModelError   no such name; the message lists the known ones
    - ManifestError       model.toml is missing, malformed or contradicts the graph
    - ChecksumError       model.onnx is not the file that model.toml describes
  + PlanError             a pipeline is unknown or malformed, or cannot do what is asked
  + ExtraError            a command needs packages that are not installed
  + DeviceError           the requested device is not available
  + AnnotationError       a data set's annotation file is malformed
  + FormatError           a file of plate formats is malformed
  + EngineError           a reader of others is missing or failed
  + EvaluationError       an evaluation cannot be made, or results cannot be compared
  + RecipeError           a training recipe is malformed
  + TrainingError         a training run cannot go on
  + BatchError            a batch job cannot start or go on
    - SourceError         a source of pictures cannot be listed
    - JobChangedError     what is to be written does not fit what was written before
  + StoreError            the store of reads cannot do what is asked
    - StoreOpenError      the database cannot be opened, or is newer than the program
    - StoreDownError      the database cannot be read or written now: full disk, lost, locked
    - RecordError         a value cannot be stored
    - MissingRecordError  there is no such read, camera, entry...
    - ConflictError       the name is taken, or the record is still in use
    - QueryError          a search is malformed, or cannot be answered
  + ServiceError          the service cannot do what is asked
    - SettingsError       its file of settings is malformed, or would be unsafe
    - RequestError        a request is malformed
    - RequestTooLargeError  a request has more bytes or pictures than the limit allows
    - SlowRequestError    a request did not arrive in time
    - AccessError         nobody knows who asks
    - ScopeError          who asks may not do that
    - LaterError          the same may be asked again later
      * RateError         who asks does so too often
      * BusyError         too much waits to be read already, or was not read in time
"""

from __future__ import annotations

from collections.abc import Sequence


class PlatelensError(Exception):
    """Base of every error that platelens raises on purpose."""


class ImageError(PlatelensError):
    """The bytes, file or array are not a usable image."""


class ImageTooLargeError(ImageError):
    """The image has more pixels than the limit allows."""


class VideoError(PlatelensError):
    """A video or a stream cannot be opened, read or written."""


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


class PlanError(PlatelensError):
    """A pipeline is unknown, its file is malformed, or its stages cannot do what is asked."""


class ExtraError(PlatelensError):
    """A command needs packages of an extra that is not installed."""


class DeviceError(PlatelensError):
    """The requested device is not available on this machine."""


class AnnotationError(PlatelensError):
    """A data set's annotation file is malformed."""


class FormatError(PlatelensError):
    """A file of plate formats is malformed."""


class EngineError(PlatelensError):
    """A reader of others (Tesseract, RapidOCR, a command...) is missing, or it failed."""


class EvaluationError(PlatelensError):
    """An evaluation cannot be made, or two results cannot be compared."""


class RecipeError(PlatelensError):
    """A training recipe is malformed."""


class TrainingError(PlatelensError):
    """A training run cannot go on."""


class BatchError(PlatelensError):
    """A batch job cannot start or go on; what it has finished is kept."""


class SourceError(BatchError):
    """A source of pictures is missing, cannot be listed, or has none."""


class JobChangedError(BatchError):
    """The source, a model or an option is not the one that the output so far was made with."""


class StoreError(PlatelensError):
    """The store of reads cannot do what is asked."""


class StoreOpenError(StoreError):
    """The database cannot be opened: a wrong address, no database, newer than the program."""


class StoreDownError(StoreError):
    """The database cannot be read or written now: a full disk, a lost connection, a lock."""


class RecordError(StoreError):
    """A value cannot be stored."""


class MissingRecordError(StoreError):
    """There is no such record."""


class ConflictError(StoreError):
    """The name is taken, or the record is still in use."""


class QueryError(StoreError):
    """A search is malformed, or this store cannot answer it."""


class ServiceError(PlatelensError):
    """The service cannot do what is asked."""


class SettingsError(ServiceError):
    """A file of settings is malformed, or what it asks for would be unsafe."""


class RequestError(ServiceError):
    """A request is malformed."""


class RequestTooLargeError(ServiceError):
    """A request has more bytes or more pictures than the limit allows."""


class SlowRequestError(ServiceError):
    """A request did not arrive in time."""


class AccessError(ServiceError):
    """Nobody knows who asks: no token, no login, or one that is not valid."""


class ScopeError(ServiceError):
    """Who asks is known, and may not do that."""


class LaterError(ServiceError):
    """What was asked may be asked again later; `retry_s` says when."""

    def __init__(self, message: str, retry_s: int = 1) -> None:
        super().__init__(message, retry_s)
        self.message = message
        self.retry_s = retry_s

    def __str__(self) -> str:
        return self.message


class RateError(LaterError):
    """Who asks does so too often."""


class BusyError(LaterError):
    """Too much waits to be read, or was not read in time."""
