"""Plates of no country: few kinds, each with one thing of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from platelens.datasets.synth import Catalogue
from platelens.region.formats import Band, Caption, Jurisdiction, PlateFormat

PlainCatalogue = Callable[..., Catalogue]


@pytest.fixture(scope="session")
def one_kind() -> PlainCatalogue:
    """Give a function that makes a catalogue of one kind of plate, by its patterns and fields."""

    def make(*patterns: str, code: str = "xa", **fields: Any) -> Catalogue:
        values = {"size_mm": (520.0, 110.0)} | fields
        plate = PlateFormat("plain", patterns, **values)
        return Catalogue([Jurisdiction(code, "Nowhere", 1.0, ("drawn",), (plate,))])

    return make


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Everything that a file of plate formats can hold."""
    band = Band("#003399", "XA", side="both", stars=True)
    words = tuple(
        Caption(f"{where} words", where, 0.15, "#c02030") for where in ("top", "bottom", "left")
    )
    long = PlateFormat("long", ("@@-### @@",), (520, 110), band=band, lookalikes=("O0", "I1"))
    scenic = PlateFormat(
        "scenic", ("@@@ ####",), (305, 152), ("#eeeeff", "#203050"), ("#101010", "#ffffff"),
        captions=words, picture=1.0,
    )  # fmt: skip
    square = PlateFormat(
        "square", ("@@/####", "{HH,M} #/@@@"), (280, 200), vehicle="motorcycle", script=1.0,
        band=Band("#c00000", "EST", side="top"), captions=(Caption("side", "right", 0.1),),
    )  # fmt: skip
    free = PlateFormat("free", ("@#@#@", "####/@@@"), (300, 110))
    return Catalogue(
        [
            Jurisdiction("xa", "One", 2.0, ("drawn",), (long, scenic)),
            Jurisdiction("xb-c", "Two", 1.0, ("drawn",), (square,)),
            Jurisdiction("zz", "Anywhere", 1.0, ("drawn",), (free,)),
        ]
    )
