"""8-bit graphs: they are what they are called, and say nearly what the float graph says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from platelens.errors import TrainingError
from platelens.runtime import load_manifest, open_session
from platelens.training import export
from platelens.training.export import export_run
from platelens.training.recipe import Recipe
from platelens.training.run import make_task, run_recipe

TinyRecipe = Callable[..., Recipe]


@pytest.fixture(params=["detector_small", "reader_small"])
def finished(
    request: pytest.FixtureRequest, data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> tuple[Recipe, Path]:
    recipe: Recipe = tiny_recipe(request.param)
    run_recipe(recipe, data_root, tmp_path / "run")
    return recipe, tmp_path / "run"


def test_an_8_bit_model_says_nearly_what_the_float_model_says(
    finished: tuple[Recipe, Path], data_root: Path, tmp_path: Path
) -> None:
    recipe, run = finished
    export_run(run, tmp_path / "float")
    manifest = export_run(run, tmp_path / "int8", int8_data=data_root)
    assert manifest == load_manifest(tmp_path / "int8")
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    kinds = Counter(node.op_type for node in graph.node)
    assert kinds["QuantizeLinear"] > 3
    assert any(t.data_type == onnx.TensorProto.INT8 for t in graph.initializer)

    pixels = np.stack(make_task(recipe, data_root).pictures(1))
    (wanted,) = open_session(tmp_path / "float").run(pixels)
    (given,) = open_session(tmp_path / "int8").run(pixels)
    assert given.shape == wanted.shape
    assert 0 < np.abs(given - wanted).mean() < 0.1 * wanted.std()


def test_a_graph_that_loses_too_much_is_not_written(
    finished: tuple[Recipe, Path],
    data_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export, "_INT8_TOLERANCE", 1e-9)
    with pytest.raises(TrainingError, match="8-bit integers it is off by"):
        export_run(finished[1], tmp_path / "model", int8_data=data_root)
    assert not (tmp_path / "model").exists()
