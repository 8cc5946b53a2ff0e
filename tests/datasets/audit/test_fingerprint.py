from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from platelens import imaging
from platelens.datasets.audit.fingerprint import (
    GREY_HW,
    Fingerprint,
    Unreadable,
    take_fingerprints,
)
from tests.datasets.audit.pictures import HW, draw_plate, recut


def test_every_picture_has_its_own_in_order(tmp_path: Path) -> None:
    images = [tmp_path / f"{n}.png" for n in range(12)]
    for n, path in enumerate(images):
        imaging.save(draw_plate(f"AB{n}", n), path)
    steps: list[int] = []
    prints = take_fingerprints(images, {}, lambda: steps.append(1))
    assert len(steps) == 12
    for path, each in zip(images, prints, strict=True):
        assert isinstance(each, Fingerprint)
        assert each.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert each.size_hw == HW
        assert each.bits.shape == (256,)
        assert each.grey.shape == GREY_HW
    assert len({each.sha256 for each in prints if isinstance(each, Fingerprint)}) == 12


def test_what_cannot_be_read_says_why_without_its_name(tmp_path: Path) -> None:
    damaged, text = tmp_path / "damaged.png", tmp_path / "text.jpg"
    damaged.write_bytes(imaging.encode(draw_plate("A1"), ".png")[:200])
    text.write_text("no picture")
    missing, damage, kind, folder = take_fingerprints(
        [tmp_path / "missing.jpg", damaged, text, tmp_path], {}, lambda: None
    )
    assert missing == Unreadable("No such file or directory")
    assert isinstance(damage, Unreadable)
    assert "damaged" not in damage.reason.split(":")[0]
    assert kind == Unreadable("not a JPEG, PNG, WebP, BMP or TIFF image")
    assert folder == Unreadable("Is a directory")


def test_a_picture_without_a_file_counts_by_its_pixels() -> None:
    pictures = {
        Path("a"): draw_plate("A1"),
        Path("b"): draw_plate("A1"),
        Path("c"): draw_plate("B"),
    }
    a, b, c = take_fingerprints(list(pictures), pictures, lambda: None)
    assert isinstance(a, Fingerprint)
    assert isinstance(b, Fingerprint)
    assert isinstance(c, Fingerprint)
    assert a.sha256 == b.sha256 != c.sha256


def test_the_hash_of_a_photograph_changes_little_when_it_is_coded_again() -> None:
    image = draw_plate("AB 123")
    keys = Path("a"), Path("b"), Path("c")
    pictures = dict(zip(keys, (image, recut(image, border=1), draw_plate("QX 77", 9)), strict=True))
    a, b, c = take_fingerprints(keys, pictures, lambda: None)
    assert isinstance(a, Fingerprint)
    assert isinstance(b, Fingerprint)
    assert isinstance(c, Fingerprint)
    assert np.count_nonzero(a.bits != b.bits) < 50
    assert np.count_nonzero(a.bits != c.bits) > 90
