from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.errors import ManifestError
from platelens.recognition import CharacterRecognizer
from platelens.recognition.characters import fit_character
from platelens.runtime import (
    GRAPH_NAME,
    Manifest,
    Session,
    open_session,
    sha256_hex,
    write_manifest,
)
from platelens.types import RgbImage

SIZE_HW = (28, 28)


def bars(*heights: str, top: int = 24) -> RgbImage:
    """Draw a row of characters: "I" a bar, "L" a bar with a foot, "O" a ring."""
    pixels = np.full((96, 60 + 50 * max(map(len, heights)), 3), 230, np.uint8)
    pixels = np.vstack([pixels] * len(heights))
    for row, text in enumerate(heights):
        for i, character in enumerate(text):
            x, y = 40 + 50 * i, top + 96 * row
            if character == "O":
                cv2.rectangle(pixels, (x, y), (x + 22, y + 48), (20, 20, 20), 6)
            else:
                pixels[y - 3 : y + 52, x : x + 9] = 20
            if character == "L":
                pixels[y + 43 : y + 52, x : x + 26] = 20
    return imaging.from_array(pixels, order="rgb")


class FakeSession(Session):
    """Knows the characters of `bars` by where their ink is: classes "I", "l", "O" and "?".

    A bar is surely I; a bar with a foot is "l" with 0.6, else "?"; a ring is O or 'o'.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.seen: list[NDArray[np.uint8]] = []

    def run(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        self.seen.append(images)
        probabilities = []
        for image in images:
            inked = np.flatnonzero((image > 127).any(axis=0))
            foot = image[-8:, 18:].max() > 127
            if inked[-1] - inked[0] < 8:
                probabilities.append([0.97, 0.01, 0.01, 0.01, 0.0])
            elif foot and image[:8, 18:].max() < 127:
                probabilities.append([0.0, 0.6, 0.0, 0.0, 0.4])
            else:
                probabilities.append([0.0, 0.0, 0.5, 0.4, 0.1])
        return [np.log(np.array(probabilities, np.float32) + 1e-9)]


@pytest.fixture
def manifest(reader_manifest: Manifest) -> Manifest:
    return replace(
        reader_manifest, name="tiny_characters", task="characters", input_size=SIZE_HW,
        alphabet="IlOo?",
    )  # fmt: skip


@pytest.fixture
def session(manifest: Manifest) -> FakeSession:
    return FakeSession(manifest)


def test_nothing_gives_nothing(session: FakeSession) -> None:
    assert CharacterRecognizer(session).read([]) == []
    assert session.seen == []


def test_characters_are_read_left_to_right(session: FakeSession) -> None:
    (reading,) = CharacterRecognizer(session).read([bars("IOLO")])
    assert reading.text == "IOLO"
    # What O and o have together; a small l is an L.
    assert reading.char_confidences == pytest.approx((0.97, 0.9, 0.6, 0.9), abs=1e-3)
    assert reading.confidence == pytest.approx(0.97 * 0.9 * 0.6 * 0.9, abs=1e-3)
    assert reading.rows == 1
    assert session.seen[0].shape == (4, *SIZE_HW)
    assert session.seen[0].dtype == np.uint8


def test_rows_follow_each_other(session: FakeSession) -> None:
    (reading,) = CharacterRecognizer(session).read([bars("OO", "OIO")])
    assert reading.text == "OOOIO"
    assert reading.rows == 2


def test_candidates_change_the_least_sure_character_first(session: FakeSession) -> None:
    (reading,) = CharacterRecognizer(session, top_n=3).read([bars("OLOI")])
    texts = [candidate.text for candidate in reading.candidates]
    assert texts[:2] == ["OLOI", "OOI"]  # the doubtful L may be no character at all
    assert len(set(texts)) == 3
    confidences = [candidate.confidence for candidate in reading.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert reading.confidence == confidences[0]
    assert confidences[1] / confidences[0] == pytest.approx(0.4 / 0.6, abs=1e-3)


def test_what_is_no_character_is_left_out_and_makes_doubt(session: FakeSession) -> None:
    session.manifest = replace(session.manifest, alphabet="I?Oo-")
    (reading,) = CharacterRecognizer(session).read([bars("OLO")])
    assert reading.text == "OO"
    assert len(reading.char_confidences) == 2
    assert reading.confidence == pytest.approx(0.9 * 1.0 * 0.9 * 2 / 3, abs=1e-3)


def test_plates_without_characters_have_no_text(session: FakeSession) -> None:
    flat = imaging.from_array(np.full((40, 120, 3), 90, np.uint8), order="rgb")
    first, second, third = CharacterRecognizer(session).read([flat, bars("OIO"), flat])
    assert (first.text, second.text, third.text) == ("", "OIO", "")
    assert first.confidence == 0
    assert not first.is_readable
    assert first.candidates == ()


def test_characters_go_in_batches(session: FakeSession) -> None:
    readings = CharacterRecognizer(session, batch_size=4).read([bars("OIO"), bars("OOI")])
    assert [len(images) for images in session.seen] == [4, 2]
    assert [reading.text for reading in readings] == ["OIO", "OOI"]


def test_the_temperature_is_the_manifests(session: FakeSession) -> None:
    (sure,) = CharacterRecognizer(session).read([bars("OIO")])
    session.manifest = replace(session.manifest, settings={"temperature": 2.0})
    (unsure,) = CharacterRecognizer(session).read([bars("OIO")])
    assert unsure.text == sure.text
    assert unsure.confidence < sure.confidence - 0.05


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.0}], ids=["none", "zero"])
def test_a_wrong_temperature_is_refused(session: FakeSession, settings: dict[str, float]) -> None:
    session.manifest = replace(session.manifest, settings=settings)
    with pytest.raises(ManifestError, match="temperature"):
        CharacterRecognizer(session)


def test_steps_are_those_of_the_cutting(session: FakeSession) -> None:
    names = [step.name for step in CharacterRecognizer(session).steps(bars("OIO"))]
    assert names == ["grey", "row-1", "row-1-ink", "characters"]


def test_a_real_graph_is_run(tmp_path: Path, manifest: Manifest) -> None:
    """One linear layer: an "I" has no ink at the sides of its picture, an "O" has."""
    onnx = pytest.importorskip("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    ink = np.zeros((28 * 28, 2), np.float32)
    ink.reshape(28, 28, 2)[:, :11, 1] = ink.reshape(28, 28, 2)[:, 17:, 1] = 1e-3
    initial = [
        numpy_helper.from_array(ink, "w"),
        numpy_helper.from_array(np.array([3, 0], np.float32), "b"),
        numpy_helper.from_array(np.array([-1, 28 * 28], np.int64), "flat"),
    ]
    nodes = [
        helper.make_node("Cast", ["image"], ["f"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Reshape", ["f", "flat"], ["r"]),
        helper.make_node("Gemm", ["r", "w", "b"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", onnx.TensorProto.UINT8, ["n", *SIZE_HW])
    logits = helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["n", 2])
    graph = helper.make_graph(nodes, "tiny", [image], [logits], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (tmp_path / GRAPH_NAME).write_bytes(model.SerializeToString())
    sha256 = sha256_hex(model.SerializeToString())
    write_manifest(replace(manifest, alphabet="IO", sha256=sha256), tmp_path)
    (reading,) = CharacterRecognizer(open_session(tmp_path)).read([bars("OIIO")])
    assert reading.text == "OIIO"
    assert min(reading.char_confidences) > 0.9


@pytest.mark.parametrize("size_hw", [(28, 28), (64, 64), (20, 40), (3, 3), (1, 1)], ids=str)
@pytest.mark.parametrize("ink_hw", [(40, 20), (7, 60), (1, 1), (300, 9)], ids=str)
def test_a_character_fills_its_picture(size_hw: tuple[int, int], ink_hw: tuple[int, int]) -> None:
    fitted = fit_character(np.full(ink_hw, 255, np.uint8), size_hw)
    assert fitted.shape == size_hw
    assert fitted.dtype == np.uint8
    if min(size_hw) > 3:
        rows, columns = (np.flatnonzero(fitted.max(axis=axis)) for axis in (1, 0))
        for found, side in ((rows, size_hw[0]), (columns, size_hw[1])):
            border = round(side / 14)
            assert found[0] >= border
            assert found[-1] < side - border
            assert abs(found[0] - (side - 1 - found[-1])) <= 1
        full = len(rows) == size_hw[0] - 2 * round(size_hw[0] / 14)
        assert full or len(columns) == size_hw[1] - 2 * round(size_hw[1] / 14)


def test_proportions_are_kept_and_room_around_does_not_matter() -> None:
    ink = np.zeros((40, 20), np.uint8)
    ink[5:35, 5:15] = 255
    fitted = fit_character(ink, SIZE_HW)
    assert np.array_equal(fitted, fit_character(ink[5:35, 5:15], SIZE_HW))
    assert np.array_equal(fitted, fit_character(np.pad(ink, 30), SIZE_HW))
    inked = fitted > 127
    assert inked.any(axis=1).sum() == 24
    assert inked.any(axis=0).sum() == 8


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 5)], ids=str)
def test_no_ink_gives_black(shape: tuple[int, int]) -> None:
    assert not fit_character(np.zeros(shape, np.uint8), SIZE_HW).any()
