import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from platelens.errors import ImageError, ImageTooLargeError
from platelens.imaging import MAX_PIXELS, decode, load
from tests.imaging import files
from tests.imaging.files import KINDS, SIZE_HW, corners, file_bytes, noise

LOSSLESS = ("PNG", "BMP", "TIFF")
BOMBS: dict[str, Callable[[int, int], bytes]] = {
    "PNG": files.png_of_size,
    "BMP": files.bmp_of_size,
    "TIFF": files.tiff_of_size,
    "JPEG": files.jpeg_of_size,
}


def same_colours(image: NDArray[np.uint8], expected: NDArray[np.uint8]) -> bool:
    """Compare away from the edges, where lossy formats blur."""
    if image.shape != expected.shape:
        return False
    height, width = image.shape[:2]
    spots = np.ix_([height // 4, height * 3 // 4], [width // 4, width * 3 // 4])
    return bool(np.abs(image[spots].astype(int) - expected[spots]).max() < 12)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_in_rgb(kind: str) -> None:
    image = decode(file_bytes(corners(), kind))
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert same_colours(image, corners())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])  # BMP has no EXIF
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file_bytes(corners(), kind, exif=exif)
    with Image.open(io.BytesIO(data)) as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))  # an independent reading
    assert same_colours(decode(data), expected)


@pytest.mark.parametrize("orientation", [0, 9, 4711])
def test_nonsense_orientation_is_ignored(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert same_colours(decode(file_bytes(corners(), "JPEG", exif=exif)), corners())


def test_broken_exif_is_ignored() -> None:
    for exif in (
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0II+\0\x08\0\0\0" + b"\xff" * 8,
        b"Exif\0\0hello",
    ):
        assert same_colours(decode(file_bytes(corners(), "JPEG", exif=exif)), corners())


@pytest.mark.parametrize("kind", KINDS)
def test_one_pixel_is_an_image(kind: str) -> None:
    image = decode(file_bytes(np.full((1, 1, 3), 200, dtype=np.uint8), kind))
    assert image.shape == (1, 1, 3)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *[(kind, mode) for kind in LOSSLESS for mode in ("1", "L", "P", "RGB")],
        ("PNG", "LA"),
        ("PNG", "RGBA"),
        ("TIFF", "RGBA"),
        ("BMP", "RGBA"),
    ],
)
def test_opaque_pixel_modes(kind: str, mode: str) -> None:
    stored = Image.fromarray(corners()).convert(mode)
    image = decode(file_bytes(stored, kind))
    np.testing.assert_array_equal(image, np.asarray(stored.convert("RGB")))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparent_pixels_become_white(kind: str) -> None:
    rgba = np.dstack([corners(), np.full(SIZE_HW, 255, dtype=np.uint8)])
    rgba[:24, :, 3] = 0
    settings = {"lossless": True} if kind == "WEBP" else {}
    image = decode(file_bytes(rgba, kind, **settings))
    assert (image[:24] == 255).all()
    np.testing.assert_array_equal(image[24:], corners()[24:])


def test_padding_byte_of_a_bmp_is_not_alpha() -> None:
    rgba = np.dstack([corners(), np.zeros(SIZE_HW, dtype=np.uint8)])
    np.testing.assert_array_equal(decode(file_bytes(rgba, "BMP")), corners())


def test_transparent_palette_colour_becomes_white() -> None:
    palette = Image.fromarray(corners()).convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    red = palette.getpixel((0, 0))
    image = decode(file_bytes(palette, "PNG", transparency=red))
    assert (image[0, 0] == 255).all()
    np.testing.assert_array_equal(image[0, -1], (0, 255, 0))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey(kind: str) -> None:
    deep = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    image = decode(file_bytes(deep, kind))
    np.testing.assert_array_equal(image[..., 1], np.arange(256).reshape(16, 16))


def test_cmyk_jpeg_and_tiff() -> None:
    for kind in ("JPEG", "TIFF"):
        image = decode(file_bytes(Image.fromarray(corners()).convert("CMYK"), kind))
        assert same_colours(image, corners()), kind


@pytest.mark.parametrize("settings", [{"progressive": True}, {"quality": 30}, {"subsampling": 0}])
def test_jpeg_variants(settings: dict[str, int]) -> None:
    assert same_colours(decode(file_bytes(corners(), "JPEG", **settings)), corners())


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits", "jpeg"])
def test_tiff_compressions(compression: str) -> None:
    assert same_colours(decode(file_bytes(corners(), "TIFF", compression=compression)), corners())


@pytest.mark.parametrize("kind", ["TIFF", "WEBP", "PNG"])
def test_first_of_several_pictures_counts(kind: str) -> None:
    more = Image.fromarray(np.zeros_like(corners()))
    data = file_bytes(corners(), kind, save_all=True, append_images=[more])
    assert same_colours(decode(data), corners())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.99])
def test_truncated_files_are_refused(kind: str, kept: float) -> None:
    data = file_bytes(noise(), kind)
    with pytest.raises(ImageError, match=r"^photo\.x: .*(truncated|damaged)"):
        decode(data[: max(12, int(len(data) * kept))], name="photo.x")


def test_truncated_progressive_jpeg_with_a_thumbnail_is_refused() -> None:
    exif = Image.Exif()
    exif[0x010F] = file_bytes(noise()[:16, :16], "JPEG").decode("latin-1")  # holds an end marker
    data = file_bytes(noise(), "JPEG", exif=exif, progressive=True)
    with pytest.raises(ImageError, match="truncated"):
        decode(data[:-100])


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_after_the_end_do_no_harm(kind: str) -> None:
    data = file_bytes(corners(), kind) + b"\0trailing bytes of a camera maker" * 9
    assert same_colours(decode(data), corners())


def test_damaged_png_is_refused_without_a_word_of_the_decoder(
    capfd: pytest.CaptureFixture[str],
) -> None:
    data = bytearray(file_bytes(noise(), "PNG"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(ImageError, match="damaged: wrong checksum in PNG chunk b'IDAT'"):
        decode(bytes(data))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", KINDS)
def test_any_damage_is_an_image_error_or_an_image(kind: str) -> None:
    whole = file_bytes(noise(), kind)
    generator = np.random.default_rng(1)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(3):
            data[generator.integers(2, min(len(data), 400))] = generator.integers(0, 256)
        with contextlib.suppress(ImageError):
            assert decode(bytes(data)).shape[2] == 3


@pytest.mark.parametrize(
    "data",
    [b"hello world, this is text", b"GIF89a" + bytes(40), b"%PDF-1.7 " + bytes(40), b"\0"],
    ids=["text", "gif", "pdf", "one byte"],
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"^x: not a JPEG, PNG, WebP, BMP or TIFF image$"):
        decode(data, name="x")


def test_float_tiff_is_refused() -> None:
    with pytest.raises(ImageError, match=r"^x\.tif: expected uint8 or uint16 pixels, got float32"):
        decode(file_bytes(np.zeros((4, 4), dtype=np.float32), "TIFF"), name="x.tif")


@pytest.mark.parametrize("kind", BOMBS)
@pytest.mark.parametrize("size_hw", [(20_000, 20_000), (10_001, 10_000)])
def test_bombs_are_refused(kind: str, size_hw: tuple[int, int]) -> None:
    height, width = size_hw
    with pytest.raises(ImageTooLargeError, match=f"^b: {width}x{height} pixels .* 100,000,000$"):
        decode(BOMBS[kind](height, width), name="b")


def test_bomb_is_refused_as_webp() -> None:
    with pytest.raises(ImageTooLargeError, match="16384x16384"):
        decode(files.webp_of_size(16384, 16384))


def test_pixel_limit_is_inclusive_and_can_be_set() -> None:
    data = file_bytes(corners(), "PNG")
    assert MAX_PIXELS == 100_000_000
    assert decode(data, max_pixels=48 * 80).shape == (48, 80, 3)
    with pytest.raises(ImageTooLargeError, match="limit of 3,839"):
        decode(data, max_pixels=48 * 80 - 1)


@pytest.mark.parametrize("path", [str, Path])
def test_load_takes_text_and_paths(tmp_path: Path, path: Callable[[Path], str]) -> None:
    file = tmp_path / "a picture, ü.png"
    file.write_bytes(file_bytes(corners(), "PNG"))
    np.testing.assert_array_equal(load(path(file)), corners())


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("missing.jpg", "no such file"),
        ("folder", "is a directory, not an image"),
        ("empty.jpg", "the file is empty"),
        ("notes.txt", "not a JPEG, PNG, WebP, BMP or TIFF image"),
        ("notes.txt/x.jpg", "Not a directory"),
        ("nul\0.jpg", "embedded null byte"),
    ],
)
def test_load_names_the_file_and_the_cause(tmp_path: Path, name: str, cause: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "notes.txt").write_text("not a picture at all")
    with pytest.raises(ImageError) as caught:
        load(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {cause}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_load_without_permission(tmp_path: Path) -> None:
    file = tmp_path / "secret.png"
    file.write_bytes(file_bytes(corners(), "PNG"))
    file.chmod(0)
    with pytest.raises(ImageError, match=r"secret\.png: permission denied$"):
        load(file)


def test_load_says_when_permission_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImageError, match=r"^locked\.png: permission denied$"):
        load("locked.png")


def test_load_reads_only_the_start_of_what_is_no_image() -> None:
    with pytest.raises(ImageError, match="/dev/zero: not a JPEG"):
        load("/dev/zero")
