"""Recipes: everything a training run needs to know, as data. Read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from platelens.errors import RecipeError

RECIPES: Final = Path(__file__).resolve().parent / "recipes"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PyramidRecipe(_Part):
    """`training.detection.networks.PyramidDetector`."""

    name: Literal["pyramid"]
    widths: tuple[int, int, int, int, int]
    depths: tuple[int, int, int, int]
    neck: int


class TimmPyramidRecipe(_Part):
    """`training.detection.networks.TimmPyramid`."""

    name: Literal["timm_pyramid"]
    backbone: str  # timm's name
    pretrained: bool  # start from ImageNet's weights, where they can be had
    neck: int


class BoxRegressorRecipe(_Part):
    """`training.detection.networks.BoxRegressor`."""

    name: Literal["box_regressor"]
    backbone: str
    pretrained: bool
    dropout: float


class _RowTokensRecipe(_Part):
    """`training.recognition.networks.RowTokens`, which several networks are built on."""

    widths: tuple[int, int, int, int]
    depths: tuple[int, int, int, int]
    hidden: int
    dropout: float


class TwoRowRecipe(_RowTokensRecipe):
    """`training.recognition.networks.TwoRowReader`."""

    name: Literal["two_row"]


class SlotsRecipe(_RowTokensRecipe):
    """`training.recognition.networks.SlotReader`."""

    name: Literal["slots"]
    slots: int = Field(gt=0, default=14)  # characters of the longest text


class LookRecipe(_Part):
    """`training.region.networks.LookClassifier`."""

    name: Literal["looks"]
    widths: tuple[int, ...]
    depths: tuple[int, ...]  # as many
    dropout: float


class EdgesRecipe(_RowTokensRecipe):
    """`training.region.networks.EdgeClassifier`."""

    name: Literal["edges"]


class TimmLooksRecipe(_Part):
    """`training.region.networks.timm_looks`."""

    name: Literal["timm_looks"]
    backbone: str
    pretrained: bool
    dropout: float


class Cnn3Recipe(_Part):
    """`training.characters.networks.Cnn3`."""

    name: Literal["cnn3"]
    widths: tuple[int, int, int]
    dense: int
    dropout: float


class TimmCharactersRecipe(_Part):
    """`training.characters.networks.timm_characters`."""

    name: Literal["timm_characters"]
    backbone: str  # timm's name
    pretrained: bool  # start from ImageNet's weights, where they can be had
    dropout: float


NETWORK_TASKS: Final[Mapping[str, str]] = {
    "pyramid": "detection",
    "timm_pyramid": "detection",
    "box_regressor": "box",
    "two_row": "recognition",
    "slots": "recognition",
    "looks": "region",
    "edges": "region",
    "timm_looks": "region",
    "cnn3": "characters",
    "timm_characters": "characters",
}
"""What each network is for."""

NetworkRecipe = Annotated[
    PyramidRecipe
    | TimmPyramidRecipe
    | BoxRegressorRecipe
    | TwoRowRecipe
    | SlotsRecipe
    | LookRecipe
    | EdgesRecipe
    | TimmLooksRecipe
    | Cnn3Recipe
    | TimmCharactersRecipe,
    Field(discriminator="name"),
]


class SceneSource(_Part):
    """A folder of labelled scenes and the share of the samples it gives."""

    folder: str
    share: float = Field(gt=0)
    leave_out: tuple[str, ...] = ()  # file names without suffix
    foreign: bool = False  # all its plates are from outside the US; for a region classifier


class DataRecipe(_Part):
    """What the samples are made of. Folders are relative to the data root."""

    scenes: tuple[SceneSource, ...]
    us_plates: float = Field(ge=0, default=0)  # share of the crops; a detector pastes some
    ccpd_crops: float = Field(ge=0, default=0)
    corners_from: str = ""  # detector that finds the corners of plates labelled by a box only
    two_rows: float = Field(ge=0, default=0)  # share of the real two-row plates, all folders
    synthetic: float = Field(ge=0, default=0)  # a region classifier's: drawn US plates
    synthetic_elsewhere: float = Field(ge=0, default=0)  # drawn plates of all other places
    places: float = Field(ge=0, default=0)  # a region classifier's crops without a plate
    labels: Literal["plates", "emnist"] = "plates"  # a character classifier's, see its `LABELS`
    emnist: float = Field(ge=0, default=0)  # handwritten characters; drawn ones if they are missing
    hongkong_characters: float = Field(ge=0, default=0)
    nothing: float = Field(ge=0, default=0)  # a character classifier's pictures of none
    fonts: tuple[str, ...]  # folders; absolute ones are taken as they are
    trained_on: tuple[str, ...]  # name (licence), for the manifest


class FitRecipe(_Part):
    """See `training.loop.FitSettings`, into which it turns, and `training.optimizers`."""

    samples: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    weight_decay: float = 0.02
    warm_up: float = 0.03
    average: float = 0.999
    report_every: int = Field(gt=0, default=100)
    workers: int = 2
    threads: int = 2
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    schedule: Literal["cosine", "constant", "step"] = "cosine"
    precision: Literal["bfloat16", "float32"] = "bfloat16"  # the faster one is the machine's choice


class Recipe(_Part):
    """One published model."""

    name: str
    task: Literal["detection", "box", "recognition", "region", "characters"]
    version: str = "1"  # of the model that it makes
    seed: int
    input_size: tuple[int, int]  # height, width; a detector's: the longer side, twice
    window: int = 320  # side of a detector's training windows, pixels
    start_from: str = ""  # recipe whose finished run gives the first weights; "" = random
    network: NetworkRecipe
    data: DataRecipe
    fit: FitRecipe

    @model_validator(mode="after")
    def _check_network(self) -> Self:
        task = NETWORK_TASKS[self.network.name]
        if task != self.task:
            raise ValueError(f"network {self.network.name} is for the task {task}")
        return self


def recipe_path(name: str) -> Path:
    """Give the file of a recipe: one of the package by its name, or a path ending in .toml.

    Raises:
        RecipeError: no recipe has that name; the message lists the known ones.
    """
    if name.endswith(".toml"):
        return Path(name)
    path = RECIPES / f"{name}.toml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in RECIPES.glob("*.toml")))
        raise RecipeError(f"unknown recipe {name!r}; known: {known}")
    return path


def load_recipe(path: Path, changes: dict[str, Any] | None = None) -> Recipe:
    """Read a recipe.

    Args:
        path: the TOML file.
        changes: values that replace the file's, by dotted key: {"fit.samples": 64}.

    Raises:
        RecipeError: missing, malformed, or with a key or value that does not exist.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: {error}") from error
    for key, value in (changes or {}).items():
        *parents, last = key.split(".")
        part: Any = content
        for parent in parents:
            part = part.setdefault(parent, {}) if isinstance(part, dict) else None
        if not isinstance(part, dict):
            raise RecipeError(f"{path}: {key}: only keys of tables can be replaced")
        part[last] = value
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        # All of them: a misspelt key comes after the complaint that the right one is missing.
        wrong = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RecipeError(f"{path}: {'; '.join(wrong)}") from error
