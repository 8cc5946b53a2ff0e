"""What a character classifier tells apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from platelens.alphabet import CHARACTERS

NOTHING: Final = "?"
"""No character: bolts, dashes, parts of two letters, characters upside down."""

LABELS: Final[Mapping[str, str]] = {
    "plates": CHARACTERS + NOTHING,
    # Those of EMNIST "balanced": small letters that look like their capitals count as these.
    "emnist": CHARACTERS + "abdefghnqrt",
}
"""Labels in the order of the classes, by the name that a recipe has for them."""
