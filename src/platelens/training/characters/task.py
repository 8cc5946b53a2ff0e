"""The character classifier's task: its data, its loss and its measure."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from platelens.alphabet import fold_lookalikes
from platelens.datasets.synth import FontSet
from platelens.recognition.characters import fit_character
from platelens.training.characters.data import CharacterShares, CharacterSource
from platelens.training.characters.labels import LABELS, NOTHING
from platelens.training.characters.pools import (
    Ink,
    Pool,
    count_pictures,
    cut_characters,
    load_emnist,
    load_hongkong,
    relabel,
)
from platelens.training.drawn import DrawnDataset
from platelens.training.loop import Numbers
from platelens.training.networks import make_network
from platelens.training.recipe import DataRecipe, Recipe
from platelens.training.sources import load_fonts, load_us_crops

_logger = logging.getLogger(__name__)

_DRAWN: Final = 2000
"""Held-out pictures that are drawn, at most; half of them show no character, if that is a class."""

_OTHER_SEED: Final = 1 << 20
"""Added to the seed of the training for drawn pictures that are held out."""

_FOLLOWED: Final = 1000
"""About so many pictures of a set follow the training; at its end all of them are measured."""

_TEMPERATURES: Final = tuple(round(0.4 * 1.1**i, 3) for i in range(20))  # 0.4 to 2.4


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Pictures to be measured, as the network takes them."""

    pictures: NDArray[np.uint8]  # (N, H, W)
    numbers: NDArray[np.int64]  # of their labels


class CharactersTask:
    """Telling characters apart, as `training.loop.fit` wants it.

    Where the files of EMNIST are missing, drawn characters take its share; a warning and the score
    "emnist" say so.
    """

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Load all pictures that `recipe` names from below `root` into memory."""
        self.network = make_network(recipe)
        self._seed = recipe.seed
        self._size_hw = recipe.input_size
        self._labels = LABELS[recipe.data.labels]
        self._notes: dict[str, float] = {}
        self._held_out: dict[str, _HeldOut] = {}
        fonts = load_fonts(root, recipe.data.fonts)
        pools, shares = self._load(recipe.data, root)
        self._source = CharacterSource(pools, fonts, shares, self._labels, self._size_hw)
        if shares.synthetic:
            # A run of a few steps is not to spend minutes on measuring.
            self._hold_drawn_out(fonts, min(_DRAWN, 8 * recipe.fit.samples))

    def dataset(self) -> DrawnDataset:
        """Give the endless pictures of the recipe's seed."""
        return DrawnDataset(self._source, self._seed)

    def pictures(self, count: int) -> list[Ink]:
        """Give training pictures as the network sees them, (H, W) each."""
        return [self._source.draw(self._seed, i)[0] for i in range(count)]

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Give the cross-entropy of a batch of pictures."""
        pictures, numbers = batch
        logits = self.network(pictures).float()
        right = (logits.detach().argmax(dim=1) == numbers).float().mean()
        return functional.cross_entropy(logits, numbers), {"right": float(right)}

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Give the share of held-out pictures told rightly, set by set, of a sample of each."""
        shares = {}
        for name, kept in self._held_out.items():
            every = max(1, len(kept.numbers) // _FOLLOWED)
            found = classify(network, kept.pictures[::every]).argmax(dim=1).numpy()
            shares[name] = float((found == kept.numbers[::every]).mean())
        return shares

    def finish(self, network: nn.Module) -> Numbers:
        """Choose the temperature (Guo et al. 2017) on held-out pictures, and measure all of them.

        "held_out" is the share of all held-out characters, whatever set they are from;
        "held_out_alike" counts O as 0 and I as 1, which are one glyph on many plates.
        """
        logits = {name: classify(network, kept.pictures) for name, kept in self._held_out.items()}
        truths = {name: torch.from_numpy(kept.numbers) for name, kept in self._held_out.items()}
        all_logits, all_truths = torch.cat([*logits.values()]), torch.cat([*truths.values()])
        temperature = min(
            _TEMPERATURES,
            key=lambda t: float(functional.cross_entropy(all_logits / t, all_truths)),
        )
        scores = {f"held_out_{name}": _top1(logits[name], truths[name]) for name in logits}
        characters = all_truths < len(self._labels.replace(NOTHING, ""))
        found, wanted = all_logits[characters].argmax(dim=1), all_truths[characters]
        scores["held_out"] = float((found == wanted).float().mean())
        scores["held_out_alike"] = float(np.mean(self._folded(found) == self._folded(wanted)))
        rounded = {name: round(score, 4) for name, score in scores.items()}
        return Numbers({"temperature": temperature}, rounded | self._notes)

    def _folded(self, numbers: Tensor) -> NDArray[np.str_]:
        return np.array([fold_lookalikes(self._labels[number]) for number in numbers.tolist()])

    def _load(self, data: DataRecipe, root: Path) -> tuple[list[Pool], CharacterShares]:
        """Load the real characters that train, with their shares; keep some of them out."""
        pools, shares, synthetic = [], [], data.synthetic
        if data.emnist:
            pool = self._load_emnist(root)
            if pool:
                pools.append(pool)
                shares.append(data.emnist)
            else:
                synthetic += data.emnist
        if data.us_plates:
            pools.append(cut_characters(load_us_crops(root, "train")))
            shares.append(data.us_plates)
            self._hold_out("us_plates", cut_characters(load_us_crops(root, "valid")))
        if data.hongkong_characters:
            pools.append(load_hongkong(root, held_out=False))
            shares.append(data.hongkong_characters)
            self._hold_out("hongkong", load_hongkong(root, held_out=True))
        sizes = ", ".join(f"{count_pictures(pool):,}" for pool in pools)
        _logger.info("real characters: %s to train", sizes or "none")
        return pools, CharacterShares(shares, synthetic, data.nothing)

    def _load_emnist(self, root: Path) -> Pool:
        pool = load_emnist(root, "train")
        self._notes["emnist"] = float(bool(pool))
        if pool:
            self._hold_out("emnist", load_emnist(root, "test"))
        else:
            _logger.warning(
                "%s: the files of EMNIST are missing; drawn characters stand in", root / "emnist"
            )
        return pool

    def _hold_out(self, name: str, pool: Pool) -> None:
        """Keep the pictures of a pool to be measured."""
        known = relabel(pool, self._labels)
        pictures = [fit_character(ink, self._size_hw) for inks in known.values() for ink in inks]
        numbers = [self._labels.index(label) for label, inks in known.items() for _ in inks]
        if pictures:
            self._held_out[name] = _HeldOut(np.stack(pictures), np.array(numbers))
            _logger.info("held out, %s: %s characters", name, f"{len(numbers):,}")

    def _hold_drawn_out(self, fonts: FontSet, count: int) -> None:
        """Keep drawn characters, and what is none, to be measured."""
        shares = CharacterShares((), 1, 1)
        source = CharacterSource((), fonts, shares, self._labels, self._size_hw)
        drawn = [source.draw(self._seed + _OTHER_SEED, i) for i in range(count)]
        pictures = np.stack([picture for picture, _ in drawn])
        numbers = np.array([number for _, number in drawn])
        nothing = numbers == self._labels.find(NOTHING)
        for name, part in (("drawn", ~nothing), ("nothing", nothing)):
            if part.any():
                self._held_out[name] = _HeldOut(pictures[part], numbers[part])


@torch.inference_mode()
def classify(network: nn.Module, pictures: NDArray[np.uint8]) -> Tensor:
    """Give the logits (N, C) of `network` for pictures (N, H, W), on the CPU."""
    device = next(network.parameters()).device
    parts = (torch.from_numpy(pictures[i : i + 256]) for i in range(0, len(pictures), 256))
    return torch.cat([network(part.to(device)).float().cpu() for part in parts])


def _top1(logits: Tensor, numbers: Tensor) -> float:
    return float((logits.argmax(dim=1) == numbers).float().mean())
