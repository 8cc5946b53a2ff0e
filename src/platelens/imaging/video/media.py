"""PyAV's streams, pictures and errors in our own terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import av
import cv2
import numpy as np
from av.sidedata.sidedata import SideDataContainer
from av.stream import Disposition

from platelens.errors import VideoError
from platelens.types import RgbImage

_SIDE_DATA: Final[Any] = SideDataContainer  # PyAV's types do not know how it is made

TEXT_ART: Final = frozenset({"adf", "bin", "idf", "tty", "xbin"})
"""Formats of FFmpeg that draw the letters of a text file: nobody means that."""

_CAUSES: Final[Mapping[type[Exception], str]] = {
    FileNotFoundError: "no such file or device",
    PermissionError: "permission denied",
    ConnectionRefusedError: "connection refused",
    ConnectionResetError: "the connection was cut",
    BrokenPipeError: "the connection was cut",
    av.InvalidDataError: "not a video that FFmpeg can read, or it is truncated or damaged",
    av.ExitError: "no answer in time",
    av.HTTPUnauthorizedError: "user name or password is missing or wrong (401)",
    av.HTTPForbiddenError: "access is forbidden (403)",
    av.HTTPNotFoundError: "there is nothing at this address (404)",
    av.DecoderNotFoundError: "no decoder for this kind of video",
}


def cause(error: Exception) -> str:
    """Say in words why something could not be read."""
    for kind, words in _CAUSES.items():
        if isinstance(error, kind):
            return words
    return str(getattr(error, "strerror", None) or error)


def shown(source: str) -> str:
    """Give an address as it may be shown and logged: without its password."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", source)


def video_stream(container: av.container.InputContainer) -> av.VideoStream:
    """Give the stream with the moving pictures.

    Raises:
        VideoError: there is none; the message has no name of a file.
    """
    stream = container.streams.best("video")
    if not isinstance(stream, av.VideoStream) or container.format.name in TEXT_ART:
        raise VideoError("there are no pictures in it")
    if stream.disposition & Disposition.attached_pic:  # the cover of a sound file
        raise VideoError("there are no moving pictures in it")
    if stream.codec_context is None:
        raise VideoError("no decoder for this kind of video")
    return stream


def average_fps(stream: av.VideoStream) -> float | None:
    """Give how many pictures a second a stream says that it has; None where it does not."""
    return float(stream.average_rate) if stream.average_rate else None


def to_image(frame: av.VideoFrame) -> RgbImage:
    """Give a decoded picture as it is meant to be displayed: in RGB and the right way up."""
    pixels = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    # Not `frame.side_data`: that one and the frame know each other, so that every decoded picture
    # would stay in memory until Python looks for such cycles.
    side_data = _SIDE_DATA(frame)
    matrix = side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return RgbImage(pixels)
    # ISO 14496-12, tkhd: x' = ax + cy, y' = bx + dy; cameras turn by quarters only.
    a, b, _, c, d = np.frombuffer(matrix, dtype=np.int32)[:5].tolist()
    is_turned = abs(b) > abs(a)
    if is_turned:
        pixels = np.asarray(cv2.transpose(pixels), dtype=np.uint8)
    across, down = (c, b) if is_turned else (a, d)
    if across < 0:
        pixels = np.asarray(cv2.flip(pixels, 1), dtype=np.uint8)
    if down < 0:
        pixels = np.asarray(cv2.flip(pixels, 0), dtype=np.uint8)
    return RgbImage(pixels)
