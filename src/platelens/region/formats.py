"""Plate formats as data: how the plates of a jurisdiction are numbered and how they look.

One TOML file a jurisdiction in `formats/`. The serial grammar: `@` is a letter, `#` a digit,
`[BCD]` one character of a set, `{B,HH,M}` one word of a list, `/` begins the second row, a space
or `-` is a gap, what stands in `(...)` is small; every other letter or digit stands for itself.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from platelens.alphabet import CHARACTERS, normalise
from platelens.errors import FormatError

ANYWHERE: Final = "zz"
"""The code of the file of plates that are from nowhere: free forms, to be ready for any."""

COUNTRIES: Final = MappingProxyType({"au": "Australia", "ca": "Canada", "us": "United States"})
"""Names of the countries whose states or provinces are jurisdictions of their own."""

FOLDER: Final = Path(__file__).parent / "formats"
LETTERS: Final = CHARACTERS[10:]
DIGITS: Final = CHARACTERS[:10]
GAPS: Final = " -"
ROW_BREAK: Final = "/"
SMALL: Final = "()"
WHERE: Final = ("top", "bottom", "left", "right")
SIDES: Final = ("left", "right", "top", "both")
VEHICLES: Final = ("car", "motorcycle")

_TOKEN: Final = re.compile(r"\[([A-Z0-9]+)\]|\{([A-Z0-9]+(?:,[A-Z0-9]+)*)\}|([@#/ ()A-Z0-9-])")
_NESTED: Final = re.compile(r"([^()]|\([^()]+\))*")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_CODE: Final = re.compile(r"[a-z]{2}(-[a-z0-9]{1,3})?")

Token = tuple[str, ...]
"""The words that may stand in one place of a serial: ("A", "B", ...), or ("HH", "M"), or ("/",)."""


@dataclass(frozen=True, slots=True)
class Caption:
    """Small words beside the serial."""

    text: str
    where: str = "top"  # of `WHERE`: the side of the serial
    size: float = 0.15  # height of its letters, as part of the plate's height
    ink: str | None = None  # "#rrggbb"; None = as the serial
    share: float = 1.0  # part of the plates that bear it


@dataclass(frozen=True, slots=True)
class Band:
    """A coloured band with a country mark."""

    colour: str  # "#rrggbb"
    text: str = ""
    side: str = "left"  # of `SIDES`
    ink: str = "#ffffff"
    stars: bool = False  # the ring of the European Union
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class PlateFormat:
    """One kind of plate of a jurisdiction."""

    name: str
    patterns: tuple[str, ...]  # the serial grammar of this module
    size_mm: tuple[float, float]  # width, height
    ground: tuple[str, ...] = ("#ffffff",)  # colours that occur
    ink: tuple[str, ...] = ("#101010",)  # one for each ground, or one for all
    letters: str = LETTERS  # what `@` stands for
    digits: str = DIGITS  # what `#` stands for
    share: float = 1.0  # how many of the jurisdiction's plates are of this kind, relative
    vehicle: str = "car"  # of `VEHICLES`
    lookalikes: tuple[str, ...] = ()  # "O0", "I1": pairs of characters that are one drawing
    band: Band | None = None
    captions: tuple[Caption, ...] = ()
    picture: float = 0.0  # probability of a scenic ground
    script: float = 0.0  # probability of signs of another script beside the serial
    fonts: tuple[str, ...] = ()  # parts of file names of fonts that come near, lower case


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A country, state or province that hands out plates."""

    code: str  # ISO 3166, lower case: "de", "us-ca"
    name: str
    share: float  # how often it is drawn, relative
    sources: tuple[str, ...]  # where the facts are from
    plates: tuple[PlateFormat, ...]


def parse_pattern(pattern: str, letters: str = LETTERS, digits: str = DIGITS) -> tuple[Token, ...]:
    """Give the words that may stand in each place of a serial; ValueError if it is malformed."""
    tokens: list[Token] = []
    position = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None:
            raise ValueError(f"pattern {pattern!r}: cannot read {pattern[position:]!r}")
        one_of, words, single = match.groups()
        if one_of:
            tokens.append(tuple(one_of))
        elif words:
            tokens.append(tuple(words.split(",")))
        else:
            tokens.append({"@": tuple(letters), "#": tuple(digits)}.get(single, (single,)))
        position = match.end()
    rows = "".join(token[0][0] for token in tokens).split(ROW_BREAK)  # a sign for each place
    if len(rows) > 2:
        raise ValueError(f"pattern {pattern!r} has more than two rows")
    if not all(_NESTED.fullmatch(row) for row in rows):
        raise ValueError(f"pattern {pattern!r}: each ( needs its ) in the same row, and no other")
    if not all(normalise(row) for row in rows):
        raise ValueError(f"pattern {pattern!r} has a row without a character")
    return tuple(tokens)


@cache
def load_formats() -> Mapping[str, Jurisdiction]:
    """Give the jurisdictions that ship with platelens, by code."""
    found = [load_jurisdiction(path) for path in sorted(FOLDER.glob("*.toml"))]
    return MappingProxyType({jurisdiction.code: jurisdiction for jurisdiction in found})


def codes_under(code: str, known: Collection[str]) -> list[str]:
    """Give what one code means of those that are known; [] when it is none of them."""
    return [each for each in known if each == code or each.startswith(f"{code}-")]


def match_codes(wanted: Iterable[str], known: Collection[str]) -> list[str]:
    """Give the jurisdictions that `wanted` means: "us-ca" itself, "us" all that begin with "us-".

    Raises:
        FormatError: an unknown code; the message names those that come near.
    """
    found: dict[str, None] = {}
    for code in wanted:
        codes = codes_under(code, known)
        if not codes:
            near = difflib.get_close_matches(code, known, n=3, cutoff=0.4)
            hint = f"; near: {', '.join(near)}" if near else ""
            raise FormatError(f"unknown jurisdiction {code!r}{hint}")
        found |= dict.fromkeys(codes)
    return list(found)


def load_jurisdiction(path: Path) -> Jurisdiction:
    """Read a file of plate formats.

    Raises:
        FormatError: it is missing or malformed; names file, line or field.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormatError(f"{path}: {error}") from None  # the message of tomllib names the line
    try:
        return _jurisdiction(table, path.stem)
    except ValueError as error:
        raise FormatError(f"{path}: {error}") from None


def _jurisdiction(table: dict[str, Any], stem: str) -> Jurisdiction:
    _check("plates" not in table, "unknown key 'plates'; each plate is a [[plate]]")
    plates = tuple(_plate(entry) for entry in _tables(table.pop("plate", []), "plate"))
    values = {"share": 1.0, **table, "plates": plates}
    jurisdiction: Jurisdiction = _build(Jurisdiction, values, "")
    code = jurisdiction.code
    _check(
        code == stem and _CODE.fullmatch(code) is not None, f"code {code!r} must be the file's name"
    )
    _check(0 <= jurisdiction.share < math.inf, "share must be 0 or more")
    _check(bool(jurisdiction.sources), "names no source")
    _check(bool(plates), "has no [[plate]]")
    return jurisdiction


def _plate(entry: Mapping[str, Any]) -> PlateFormat:
    where = f"plate {entry.get('name', '?')!r}: "
    values = dict(entry)
    if "band" in values:
        (band,) = _tables([values["band"]], f"{where}band")
        values["band"] = _build(Band, band, f"{where}band: ")
    captions = _tables(values.get("captions", []), f"{where}captions")
    values["captions"] = [_build(Caption, caption, f"{where}captions: ") for caption in captions]
    plate: PlateFormat = _build(PlateFormat, values, where)
    try:
        _check_serials(plate)
        _check_looks(plate)
    except ValueError as error:
        raise ValueError(f"{where}{error}") from None
    return plate


def _check_serials(plate: PlateFormat) -> None:
    for name, chosen, every in (
        ("letters", plate.letters, LETTERS),
        ("digits", plate.digits, DIGITS),
    ):
        _check(bool(chosen) and set(chosen) <= set(every), f"{name} must be some of {every}")
    _check(bool(plate.patterns), "has no pattern")
    for pattern in plate.patterns:
        parse_pattern(pattern, plate.letters, plate.digits)
    for pair in plate.lookalikes:
        _check(
            len(set(pair)) == len(pair) == 2 and set(pair) <= set(CHARACTERS),
            f"lookalikes: {pair!r} is no pair of characters",
        )


def _check_looks(plate: PlateFormat) -> None:
    _check(all(0 < side < math.inf for side in plate.size_mm), "size_mm must be positive")
    _check(0 <= plate.share < math.inf, "share must be 0 or more")
    _check_choice("vehicle", plate.vehicle, VEHICLES)
    _check(bool(plate.ground), "has no ground")
    _check(len(plate.ink) in (1, len(plate.ground)), "one ink, or one for each ground")
    _check_part("picture", plate.picture)
    _check_part("script", plate.script)
    colours = [*plate.ground, *plate.ink]
    for caption in plate.captions:
        _check_choice("captions: where", caption.where, WHERE)
        _check_part("captions: size", caption.size)
        _check_part("captions: share", caption.share)
        colours += [] if caption.ink is None else [caption.ink]
    if plate.band:
        _check_choice("band: side", plate.band.side, SIDES)
        _check_part("band: share", plate.band.share)
        colours += [plate.band.colour, plate.band.ink]
    for colour in colours:
        _check(_COLOUR.fullmatch(colour) is not None, f"{colour!r} is no '#rrggbb'")


def _check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    _check(value in choices, f"{name} must be one of {', '.join(choices)}, not {value!r}")


def _check_part(name: str, value: float) -> None:
    _check(0 <= value <= 1, f"{name} must be from 0 to 1, not {value}")


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)


def _tables(values: Any, where: str) -> Sequence[dict[str, Any]]:
    tables = isinstance(values, list) and all(isinstance(value, dict) for value in values)
    _check(tables, f"{where} must be a table")
    return values  # type: ignore[no-any-return]  # looked at above


def _build(kind: type[Any], values: Mapping[str, Any], where: str) -> Any:
    """Make a dataclass of a TOML table; ValueError names the key that is wrong."""
    known = {field.name: field for field in fields(kind)}
    for name in values:
        _check(name in known, f"{where}unknown key {name!r}; known: {', '.join(sorted(known))}")
    for name, field in known.items():
        needed = field.default is MISSING and field.default_factory is MISSING
        _check(name in values or not needed, f"{where}missing key {name!r}")
    return kind(**{k: _value(known[k], v, where) for k, v in values.items()})


def _value(field: Field[Any], value: Any, where: str) -> Any:
    value = tuple(value) if isinstance(value, list) else value
    if field.type in _KINDS:  # the others are dataclasses, built by now
        words, fits = _KINDS[field.type]
        _check(fits(value), f"{where}{field.name} must be {words}, not {value!r}")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _all(fits: Callable[[Any], bool], value: Any) -> bool:
    return isinstance(value, tuple) and all(fits(part) for part in value)


_KINDS: Final[Mapping[Any, tuple[str, Callable[[Any], bool]]]] = {
    "str": ("a text", _is_text),
    "str | None": ("a text", _is_text),
    "float": ("a number", _is_number),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "tuple[str, ...]": ("a list of texts", lambda value: _all(_is_text, value)),
    "tuple[float, float]": (
        "two numbers",
        lambda value: _all(_is_number, value) and len(value) == 2,
    ),
}
"""What a field's annotation asks of a value of TOML, in words and as a test."""
