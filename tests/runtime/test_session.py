from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from platelens.errors import ChecksumError, DeviceError, ManifestError, ModelError
from platelens.runtime import (
    GRAPH_NAME,
    Manifest,
    available_providers,
    load_manifest,
    open_session,
    require_provider,
    session,
    sha256_hex,
    write_manifest,
)


@pytest.fixture
def folder(tmp_path: Path, reader_folder: Path) -> Path:
    """A copy of the tiny reader that a test may break."""
    return Path(shutil.copytree(reader_folder, tmp_path / "reader"))


def _change(folder: Path, **changes: Any) -> None:
    write_manifest(replace(load_manifest(folder), **changes), folder)


def test_a_detector_takes_any_size_and_number(detector_folder: Path) -> None:
    opened = open_session(detector_folder, threads=1)
    (cells,) = opened.run(np.zeros((2, 64, 96, 3), dtype=np.uint8))
    assert cells.shape == (2, 13, 8, 12)
    assert cells.dtype == np.float32
    assert opened.manifest.task == "detection"
    assert opened.providers == ("CPUExecutionProvider",)


def test_a_reader_takes_any_number(reader_folder: Path) -> None:
    (logits,) = open_session(reader_folder).run(np.zeros((3, 16, 32, 3), dtype=np.uint8))
    assert logits.shape == (3, 4, 4)


def test_what_the_graph_cannot_take_is_a_model_error(reader_folder: Path) -> None:
    with pytest.raises(ModelError, match="tiny_reader") as caught:
        open_session(reader_folder).run(np.zeros((1, 17, 32, 3), dtype=np.uint8))
    assert "\n" not in str(caught.value)


def test_a_changed_graph_is_refused(folder: Path) -> None:
    path = folder / GRAPH_NAME
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ChecksumError, match=GRAPH_NAME):
        open_session(folder)


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"no model at all"])
def test_a_file_that_is_no_graph_is_a_model_error_of_one_line(folder: Path, data: bytes) -> None:
    (folder / GRAPH_NAME).write_bytes(data)
    _change(folder, sha256=sha256_hex(data))
    with pytest.raises(ModelError, match=GRAPH_NAME) as caught:
        open_session(folder)
    assert "\n" not in str(caught.value)


def test_a_wrong_input_size_contradicts_the_graph(folder: Path) -> None:
    _change(folder, input_size=(32, 32))
    with pytest.raises(ManifestError, match=r"input must be image .*\[any, 32, 32, 3\].*16, 32"):
        open_session(folder)


def test_a_wrong_task_contradicts_the_graph(folder: Path) -> None:
    _change(folder, task="detection", alphabet="")
    with pytest.raises(ManifestError, match="input must be"):
        open_session(folder)


def test_a_wrong_output_contradicts_the_graph(
    detector_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(session.OUTPUT_NAMES, "detection", "boxes")
    with pytest.raises(ManifestError, match=r"output must be boxes .* is map"):
        open_session(detector_folder)


def test_a_wrong_alphabet_contradicts_the_graph(folder: Path) -> None:
    _change(folder, alphabet="ABCD")
    with pytest.raises(ManifestError, match=r"4 classes.*4 characters"):
        open_session(folder)


@pytest.fixture
def region_folder(tmp_path: Path, reader_manifest: Manifest) -> Path:
    """A classifier of two classes: as red as the picture is, and as green."""
    from onnx import TensorProto, helper, numpy_helper

    two = numpy_helper.from_array(np.array([0, 1]), "two")
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Gather", ["mean", "two"], ["logits"], axis=1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, (None, 16, 32, 3))
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, (None, 2))
    graph = helper.make_graph(nodes, "tiny", [image], [logits], [two])
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    data = bytes(model.SerializeToString())
    (tmp_path / GRAPH_NAME).write_bytes(data)
    manifest = replace(
        reader_manifest, task="region", alphabet="", classes=("us-oh", ""), sha256=sha256_hex(data)
    )
    write_manifest(manifest, tmp_path)
    return tmp_path


def test_a_region_classifier_gives_a_row_of_logits(region_folder: Path) -> None:
    red = np.zeros((3, 16, 32, 3), dtype=np.uint8)
    red[..., 0] = 200
    (logits,) = open_session(region_folder).run(red)
    np.testing.assert_allclose(logits, [[200, 0]] * 3)


def test_a_wrong_number_of_classes_contradicts_the_graph(region_folder: Path) -> None:
    _change(region_folder, classes=("us-oh", "us-ut", ""))
    with pytest.raises(ManifestError, match=r"has 2 classes, model.toml names 3"):
        open_session(region_folder)


def test_a_region_classifier_has_one_input_size(region_folder: Path) -> None:
    _change(region_folder, input_size=(32, 32))
    with pytest.raises(ManifestError, match="input must be"):
        open_session(region_folder)


@pytest.fixture
def characters_folder(tmp_path: Path, reader_manifest: Manifest) -> Path:
    """A classifier of two characters by the mean grey of the columns, left half and right half."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float"], ["logits"], axes=[1], keepdims=0),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, (None, 8, 2))
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, (None, 2))
    graph = helper.make_graph(nodes, "tiny", [image], [logits])
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    data = bytes(model.SerializeToString())
    (tmp_path / GRAPH_NAME).write_bytes(data)
    manifest = replace(
        reader_manifest, task="characters", alphabet="A?", input_size=(8, 2),
        sha256=sha256_hex(data),
    )  # fmt: skip
    write_manifest(manifest, tmp_path)
    return tmp_path


def test_a_character_classifier_takes_grey_pictures(characters_folder: Path) -> None:
    pictures = np.zeros((3, 8, 2), dtype=np.uint8)
    pictures[..., 1] = 200
    (logits,) = open_session(characters_folder).run(pictures)
    np.testing.assert_allclose(logits, [[0, 200]] * 3)


def test_a_character_classifier_has_a_class_for_each_character(characters_folder: Path) -> None:
    _change(characters_folder, alphabet="A")
    with pytest.raises(ManifestError, match="2 classes, which must be the 1 characters"):
        open_session(characters_folder)


def test_a_reader_of_plates_does_not_classify_characters(folder: Path) -> None:
    _change(folder, task="characters")
    with pytest.raises(ManifestError, match=r"input must be image tensor.uint8. \[any, 16, 32\]"):
        open_session(folder)


def test_a_device_that_is_not_here_is_refused_with_what_is(
    reader_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "available_providers", lambda: ("CPUExecutionProvider",))
    with pytest.raises(DeviceError, match=r"'cuda'.*CUDAExecutionProvider.*CPUExecutionProvider"):
        open_session(reader_folder, device="cuda")


def test_a_silent_fall_back_is_an_error(
    reader_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX Runtime warns and takes the CPU when CUDA is compiled in but does not work."""
    if "CUDAExecutionProvider" in available_providers():
        pytest.skip("CUDA may work here")
    both = ("CUDAExecutionProvider", "CPUExecutionProvider")
    monkeypatch.setattr(session, "available_providers", lambda: both)
    load = session._load
    monkeypatch.setattr(
        session, "_load", lambda data, path, _, options: load(data, path, both[1], options)
    )
    with pytest.raises(DeviceError, match="fell back to CPUExecutionProvider"):
        open_session(reader_folder, device="cuda")


def test_unknown_devices_are_refused_with_the_known_ones() -> None:
    with pytest.raises(DeviceError, match=r"'tpu'; known: cpu, cuda"):
        require_provider("tpu")


def test_threads_are_pinned_and_do_not_spin() -> None:
    options = session._options(3)
    assert options.intra_op_num_threads == 3
    assert options.inter_op_num_threads == 1
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    for threads in (0, session.MAX_THREADS + 1):
        with pytest.raises(ValueError, match=f"between 1 and 1024, got {threads}"):
            session._options(threads)
