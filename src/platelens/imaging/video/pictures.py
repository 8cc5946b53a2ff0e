"""Separate picture files -> the pictures of a video."""

from __future__ import annotations

import glob
import logging
import os
import re
from collections.abc import Iterator
from typing import Final

from platelens.errors import ImageError, VideoError
from platelens.imaging.decode import IMAGE_SUFFIXES, load
from platelens.imaging.video.source import FrameSource, VideoSettings
from platelens.types import Frame

USUAL_FPS: Final = 25.0
"""How many pictures make a second where nobody says it."""

logger = logging.getLogger(__name__)


def find_pictures(source: str) -> list[str] | None:
    """Give the picture files of a folder, of a glob, or `source` itself if it is one, in order.

    Numbers in their names count as numbers: 9 comes before 10.

    Returns:
        None where `source` is no folder, no glob and no name of a picture.

    Raises:
        VideoError: there is no picture, or the folder cannot be read.
    """
    if os.path.isdir(source):
        try:
            found = [entry.path for entry in os.scandir(source) if not entry.is_dir()]
        except OSError as error:
            raise VideoError(f"{source}: {error.strerror}") from None
        missing = "no picture in this folder"
    elif glob.has_magic(source) and not os.path.lexists(source):
        found = [path for path in glob.glob(source, recursive=True) if not os.path.isdir(path)]
        missing = "matches no picture"
    elif _is_picture(source):
        return [source]
    else:
        return None
    pictures = sorted((path for path in found if _is_picture(path)), key=_natural)
    if not pictures:
        raise VideoError(f"{source}: {missing}")
    return pictures


def _is_picture(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in IMAGE_SUFFIXES


def _natural(path: str) -> list[tuple[int, str]]:
    parts = re.findall(r"\d+|\D+", path)
    return [(int(part), part) if part.isdecimal() else (-1, part) for part in parts]


class PictureSource(FrameSource):
    """Picture files, so many of them a second. Those that cannot be read are left out."""

    is_live = False

    def __init__(self, paths: list[str], settings: VideoSettings) -> None:
        """Read the first one.

        Raises:
            VideoError: none can be read, or there is none in the wanted time.
        """
        self._settings = settings
        self._is_closed = False
        self.fps = settings.fps or USUAL_FPS
        self._problem = f"{len(paths)} pictures are less than {settings.start_s:g} s"
        self._frames = self._read(paths, self.fps)
        self._ahead = next(self._frames, None)
        if self._ahead is None:
            raise VideoError(self._problem)
        self.size_hw = self._ahead.image.shape[:2]

    def __next__(self) -> Frame:
        frame = self._ahead or next(self._frames, None)
        self._ahead = None
        if frame is None or self._is_closed:
            raise StopIteration
        self.size_hw = frame.image.shape[:2]
        return frame

    def close(self) -> None:
        """End it."""
        self._is_closed = True

    def _read(self, paths: list[str], fps: float) -> Iterator[Frame]:
        for number, path in enumerate(paths):
            time_s = number / fps
            if self._settings.is_over(time_s):
                return
            if time_s < self._settings.start_s:
                continue
            try:
                image = load(path)
            except ImageError as error:
                self.lost += 1
                self._problem = str(error)
                logger.warning("%s", error)
                continue
            yield Frame(image, time_s, number)
