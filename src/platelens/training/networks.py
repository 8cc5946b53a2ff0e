"""Recipe -> untrained network."""

from __future__ import annotations

from torch import nn

from platelens.alphabet import CHARACTERS
from platelens.training.characters import networks as characters
from platelens.training.characters.labels import LABELS
from platelens.training.detection import networks as detection
from platelens.training.recipe import Recipe
from platelens.training.recognition import networks as recognition
from platelens.training.region import networks as region
from platelens.training.region.data import CLASSES


def make_network(recipe: Recipe) -> nn.Module:
    """Build the network of `recipe` with random weights."""
    settings = recipe.network.model_dump(exclude={"name", "pretrained"})
    if recipe.task == "detection":
        return detection.build_network(recipe.network.name, **settings)
    if recipe.task == "box":
        return detection.build_network(recipe.network.name, size_hw=recipe.input_size, **settings)
    if recipe.task == "region":
        return region.build_network(
            recipe.network.name, size_hw=recipe.input_size, classes=len(CLASSES), **settings
        )
    if recipe.task == "characters":
        classes = len(LABELS[recipe.data.labels])
        return characters.build_network(
            recipe.network.name, size_hw=recipe.input_size, classes=classes, **settings
        )
    return recognition.build_network(
        recipe.network.name, size_hw=recipe.input_size, classes=len(CHARACTERS) + 1, **settings
    )
