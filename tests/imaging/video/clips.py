"""Video files for tests. Every picture carries its number, so that it can be told from others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from platelens.types import Frame

SIZE_HW = (96, 160)
RED, GREEN, BLUE = (230, 20, 20), (20, 200, 40), (20, 30, 220)
CODEC = "libx264" if "libx264" in av.codecs_available else "mpeg4"
_BITS = 8


def numbered(number: int, size_hw: tuple[int, int] = SIZE_HW) -> NDArray[np.uint8]:
    """A picture with eight black or white fields on top; red and blue below, green in a corner."""
    height, width = size_hw
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[height // 2 :, : width // 2] = RED
    pixels[height // 2 :, width // 2 :] = BLUE
    pixels[height * 3 // 4 :, width * 3 // 4 :] = GREEN
    for bit in range(_BITS):
        if number >> bit & 1:
            left, right = bit * width // _BITS, (bit + 1) * width // _BITS
            pixels[: height // 2, left:right] = 255
    return pixels


def number_of(pixels: NDArray[np.uint8]) -> int:
    """The number that a picture carries."""
    height, width = pixels.shape[:2]
    middles = [(2 * bit + 1) * width // (2 * _BITS) for bit in range(_BITS)]
    return sum(1 << bit for bit, x in enumerate(middles) if pixels[height // 4, x].mean() > 128)


def numbers_of(frames: Iterable[Frame]) -> list[int]:
    return [number_of(frame.image) for frame in frames]


def is_near(pixels: NDArray[np.uint8], colour: Sequence[int]) -> bool:
    return bool(np.abs(pixels.astype(int) - colour).max() < 25)


@dataclass(frozen=True)
class Look:
    """How a clip is encoded."""

    codec: str = CODEC
    size_hw: tuple[int, int] = SIZE_HW
    key_every: int = 12
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    turn: tuple[float, bool, bool] = (0.0, False, False)  # degrees, mirrored across, down
    noise: bool = False  # makes packets large enough to be damaged


def write_clip(path: Path, times_s: Sequence[float], look: Look | None = None) -> Path:
    """Write a clip whose pictures are numbered from 0 and shown at `times_s`."""
    look = look or Look()
    options = {"preset": "ultrafast"} if look.codec == "libx264" else {"qscale": "3"}
    with av.open(str(path), "w", format=look.format, options=dict(look.options)) as container:
        stream = container.add_stream(look.codec, rate=25, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = look.size_hw
        stream.pix_fmt = "yuvj420p" if look.codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = look.key_every
        stream.codec_context.bit_rate = 2_000_000
        if look.codec == "libx264":
            stream.codec_context.time_base = Fraction(1, 1000)
        if look.turn != (0.0, False, False):
            degrees, across, down = look.turn
            stream.set_display_rotation(degrees, hflip=across, vflip=down)
        rng = np.random.default_rng(0)
        base = stream.codec_context.time_base or Fraction(1, 25)
        for number, time_s in enumerate(times_s):
            pixels = numbered(number, look.size_hw)
            if look.noise:
                pixels = np.clip(pixels + rng.integers(-20, 20, pixels.shape), 0, 255)
            frame = av.VideoFrame.from_ndarray(pixels.astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = round(time_s / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def even(count: int, fps: float = 25.0) -> list[float]:
    """The times of pictures that follow each other evenly."""
    return [number / fps for number in range(count)]


def remux(source: Path, target: Path, **options: str) -> Path:
    """Put the same packets into another container."""
    with av.open(str(source)) as read, av.open(str(target), "w", options=options) as written:
        stream = read.streams.video[0]
        copy = written.add_stream_from_template(stream)
        for packet in read.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                written.mux(packet)
    return target
