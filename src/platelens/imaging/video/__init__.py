"""Videos in and out; the only place that knows FFmpeg. Needs `platelens[video]`."""

from platelens.imaging.video.open import open_video
from platelens.imaging.video.source import FrameSource, VideoSettings
from platelens.imaging.video.write import VideoWriter, write_video

__all__ = ["FrameSource", "VideoSettings", "VideoWriter", "open_video", "write_video"]
