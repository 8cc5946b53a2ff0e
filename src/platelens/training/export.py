"""Run folder -> model folder: ONNX graph and manifest, checked against PyTorch."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from platelens.alphabet import CHARACTERS
from platelens.errors import TrainingError
from platelens.runtime import (
    GRAPH_NAME,
    INPUT_NAME,
    MANIFEST_NAME,
    OUTPUT_NAMES,
    Manifest,
    open_session,
    sha256_hex,
    write_manifest,
)
from platelens.training.backbones import PRETRAINED_DATA
from platelens.training.characters.labels import LABELS
from platelens.training.networks import make_network
from platelens.training.quantise import quantise, run_graph
from platelens.training.recipe import Recipe
from platelens.training.region.data import CLASSES
from platelens.training.run import NUMBERS_NAME, RECIPE_NAME, WEIGHTS_NAME, make_task

OPSET: Final = 18
_TOLERANCE: Final = 2e-3  # largest error, as part of the largest number
_INT8_TOLERANCE: Final = 0.15  # mean error, as part of the standard deviation
_CALIBRATION: Final = 128  # pictures
_COMPARED: Final = 16  # pictures


def export_run(run: Path, target: Path, *, int8_data: Path | None = None) -> Manifest:
    """Write the model of a finished run into the folder `target`.

    Args:
        run: folder with `recipe.json`, `numbers.json` and `weights.pt`.
        target: the model folder; made if need be, older files in it are replaced.
        int8_data: the data folder of the recipe; the graph is then one of 8-bit integers, whose
            ranges are taken from training samples. None = a float graph.

    Raises:
        TrainingError: the run is not finished, or ONNX Runtime and PyTorch disagree; `target` is
            then as it was.
    """
    recipe, numbers, network = _read_run(run)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_graph(network, recipe, folder / GRAPH_NAME)
        _check(network, recipe, folder / GRAPH_NAME)
        if int8_data is not None:
            _make_int8(network, recipe, int8_data, folder / GRAPH_NAME)
        manifest = _manifest(recipe, numbers, sha256_hex((folder / GRAPH_NAME).read_bytes()))
        write_manifest(manifest, folder)
        open_session(folder)  # manifest and graph fit each other, or this says why not
        target.mkdir(parents=True, exist_ok=True)
        for file in (GRAPH_NAME, MANIFEST_NAME):
            shutil.copyfile(folder / file, target / file)
    return manifest


def _read_run(run: Path) -> tuple[Recipe, dict[str, Any], nn.Module]:
    """Read a finished run: its recipe, its numbers and its network with the trained weights."""
    try:
        recipe = Recipe.model_validate_json((run / RECIPE_NAME).read_text(encoding="utf-8"))
        numbers = json.loads((run / NUMBERS_NAME).read_text(encoding="utf-8"))
        network = make_network(recipe).eval()
        network.load_state_dict(_read_weights(run / WEIGHTS_NAME))
    except (OSError, ValueError, RuntimeError) as error:
        cause = str(error).splitlines()[0]
        raise TrainingError(f"{run}: is not a finished run: {cause}") from error
    return recipe, numbers, network


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    try:
        weights: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # torch's unpickler fails as the damaged bytes have it
        raise ValueError(f"{path.name} is damaged: {type(error).__name__}") from error
    return weights


def _manifest(recipe: Recipe, numbers: dict[str, Any], sha256: str) -> Manifest:
    return Manifest(
        name=recipe.name,
        task=recipe.task,
        version=recipe.version,
        licence="Apache-2.0",
        sha256=sha256,
        input_size=recipe.input_size,
        alphabet=_alphabet(recipe),
        recipe=recipe.name,
        trained_on=_sources(recipe, numbers["scores"]),
        settings=numbers["settings"],
        scores=numbers["scores"],
        classes=CLASSES if recipe.task == "region" else (),
    )


def _sources(recipe: Recipe, scores: Mapping[str, float]) -> tuple[str, ...]:
    fetched = (PRETRAINED_DATA,) if scores.get("pretrained_backbone") else ()
    return (*recipe.data.trained_on, *fetched)


def _alphabet(recipe: Recipe) -> str:
    if recipe.task == "characters":
        return LABELS[recipe.data.labels]
    return CHARACTERS if recipe.task == "recognition" else ""


def write_graph(network: nn.Module, recipe: Recipe, path: Path) -> None:
    """Export `network` with one input "image", uint8 (N, H, W, 3); (N, H, W) of characters.

    N is free; H and W are free for a detector (multiples of 32), fixed for any other network.
    """
    shape: dict[int, torch.export.Dim | torch.export.dynamic_shapes._DimHint]
    shape = {0: torch.export.Dim("n", min=1, max=4096)}
    if recipe.task == "detection":
        shape |= {1: torch.export.Dim.DYNAMIC, 2: torch.export.Dim.DYNAMIC}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about itself
        program = torch.onnx.export(
            network,
            (_example(recipe, 2),),
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAMES[recipe.task]],
            dynamic_shapes=(shape,),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise TrainingError("the ONNX exporter gave nothing")
    model = program.model_proto
    _forget_sources(model)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _forget_sources(model: onnx.ModelProto) -> None:
    """Drop what the exporter noted about source files: paths of this machine, and half a MB."""
    model.graph.ClearField("doc_string")
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
    model.ClearField("metadata_props")


def _example(recipe: Recipe, count: int) -> torch.Tensor:
    height, width = (256, 320) if recipe.task == "detection" else recipe.input_size
    generator = torch.Generator().manual_seed(0)
    colours = () if recipe.task == "characters" else (3,)
    shape = (count, height, width, *colours)
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)


def _check(network: nn.Module, recipe: Recipe, graph: Path) -> None:
    """Compare ONNX Runtime with PyTorch on noise, for one picture and for three."""
    for count in (1, 3):
        pixels = _example(recipe, count)
        given, wanted = run_graph(graph, pixels.numpy()), _look(network, pixels)
        error = float(np.abs(given - wanted).max() / max(1.0, float(np.abs(wanted).max())))
        if not error < _TOLERANCE:
            raise TrainingError(f"{recipe.name}: ONNX Runtime is off by {error:.2g} of the range")


def _make_int8(network: nn.Module, recipe: Recipe, root: Path, graph: Path) -> None:
    """Replace a float graph by one of 8-bit integers, and compare it on pictures that are new."""
    pictures = make_task(recipe, root).pictures(_CALIBRATION + _COMPARED)
    # A set with few pictures is compared on those that gave the ranges.
    quantise(graph, pictures[_COMPARED:] or pictures)
    errors, deviations = [], []
    for picture in pictures[:_COMPARED]:
        wanted = _look(network, torch.from_numpy(picture[None]))
        errors.append(float(np.abs(run_graph(graph, picture[None]) - wanted).mean()))
        deviations.append(float(wanted.std()))
    error = sum(errors) / sum(deviations)
    if not error < _INT8_TOLERANCE:
        raise TrainingError(
            f"{recipe.name}: with 8-bit integers it is off by {error:.2g} of its deviation"
        )


def _look(network: nn.Module, pixels: torch.Tensor) -> NDArray[np.float32]:
    with torch.inference_mode():
        return np.asarray(network(pixels).numpy())
