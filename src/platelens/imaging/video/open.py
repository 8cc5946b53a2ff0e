"""Finds out what kind of source a name stands for."""

from __future__ import annotations

import os
import re
from typing import Final
from urllib.parse import urlsplit

from platelens.errors import VideoError
from platelens.imaging.video.files import FileSource
from platelens.imaging.video.live import LiveSource
from platelens.imaging.video.media import shown
from platelens.imaging.video.pictures import PictureSource, find_pictures
from platelens.imaging.video.source import FrameSource, VideoSettings

STREAMS: Final = (*("http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp"),)
"""What an address of a stream may begin with."""

_WEB_FILES: Final = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
"""Suffixes of addresses at which there is a file to be read whole, not a camera."""

USUAL_VIDEO: Final = VideoSettings()


def open_video(source: str, *, settings: VideoSettings = USUAL_VIDEO) -> FrameSource:
    """Open a video file, a stream, a webcam or a sequence of pictures.

    Args:
        source: a file; an address (rtsp://, http://, tcp://, udp:// ...); a device of Video4Linux
            ("/dev/video0"); a folder or a glob of picture files, or one of them.
        settings: which of its pictures are wanted, and how long to try.

    Raises:
        VideoError: a file or folder that cannot be used. Of a stream that shows later, when its
            pictures are asked for.
    """
    scheme, is_address, _ = source.partition("://")
    if is_address:
        if scheme.lower() not in STREAMS:
            known = ", ".join(f"{name}://" for name in STREAMS)
            raise VideoError(f"{shown(source)}: unknown kind of address; known: {known}")
        suffix = os.path.splitext(urlsplit(source).path)[1].lower()
        is_file = scheme.lower().startswith("http") and suffix in _WEB_FILES
        return FileSource(source, settings) if is_file else LiveSource(source, settings)
    if re.fullmatch(r"/dev/video\d+", source):
        return LiveSource(source, settings)
    pictures = find_pictures(source)
    if pictures is not None:
        return PictureSource(pictures, settings)
    return FileSource(source, settings)
