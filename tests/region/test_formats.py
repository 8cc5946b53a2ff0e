"""The grammar of serials, the reading of plate formats, and the files that ship."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from platelens.alphabet import CHARACTERS, normalise
from platelens.errors import FormatError
from platelens.region import (
    Band,
    Caption,
    Jurisdiction,
    PlateFormat,
    load_formats,
    load_jurisdiction,
    parse_pattern,
)
from platelens.region.formats import DIGITS, FOLDER, LETTERS

SHIPPED = sorted(FOLDER.glob("*.toml"))
STATES = re.findall(
    r"\w+",
    "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm"
    " ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc as gu mp pr vi",
)
PROVINCES = re.findall(r"\w+", "ab bc mb nb nl ns nt nu on pe qc sk yt")

SMALLEST = """
code = "xx"
name = "Nowhere"
sources = ["Law 1"]
[[plate]]
name = "car"
patterns = ["@#"]
size_mm = [520, 110]
"""


def write(folder: Path, text: str, name: str = "xx.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("pattern", "tokens"),
    [
        pytest.param("A7", [("A",), ("7",)], id="itself"),
        pytest.param("@#", [tuple(LETTERS), tuple(DIGITS)], id="letter and digit"),
        pytest.param("[BC4]", [("B", "C", "4")], id="one of a set"),
        pytest.param("{B,HH,12}", [("B", "HH", "12")], id="one of some words"),
        pytest.param("{HH}", [("HH",)], id="one word"),
        pytest.param("A B-C", [("A",), (" ",), ("B",), ("-",), ("C",)], id="gaps"),
        pytest.param("A/B", [("A",), ("/",), ("B",)], id="two rows"),
        pytest.param("A(7)", [("A",), ("(",), ("7",), (")",)], id="small"),
        pytest.param("{A,BC}[12]/#", [("A", "BC"), ("1", "2"), ("/",), tuple(DIGITS)], id="all"),
    ],
)
def test_a_pattern_gives_the_words_of_each_place(
    pattern: str, tokens: list[tuple[str, ...]]
) -> None:
    assert parse_pattern(pattern) == tuple(tokens)


def test_letters_and_digits_of_a_pattern_may_be_fewer() -> None:
    assert parse_pattern("@#", letters="BCD", digits="12") == (("B", "C", "D"), ("1", "2"))


def test_fewer_letters_leave_the_words_that_are_spelt_out() -> None:
    assert parse_pattern("{IO,Q}[IQ]O", letters="B") == (("IO", "Q"), ("I", "Q"), ("O",))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        pytest.param("", "row without a character", id="empty"),
        pytest.param(" - ", "row without a character", id="only gaps"),
        pytest.param("A/ ", "row without a character", id="empty second row"),
        pytest.param("/A", "row without a character", id="empty first row"),
        pytest.param("A/B/C", "more than two rows", id="three rows"),
        pytest.param("aB", "cannot read 'aB'", id="small letter"),
        pytest.param("AÄ", "cannot read 'Ä'", id="other letter"),
        pytest.param("A[BC", re.escape("cannot read '[BC'"), id="open set"),
        pytest.param("A[]", re.escape("cannot read '[]'"), id="empty set"),
        pytest.param("[A-C]", re.escape("cannot read '[A-C]'"), id="range"),
        pytest.param("A{B,", "cannot read '{B,'", id="open list"),
        pytest.param("{}", "cannot read '{}'", id="empty list"),
        pytest.param("{B,,C}", "cannot read '{B,,C}'", id="empty word"),
        pytest.param("A}", "cannot read '}'", id="stray brace"),
        pytest.param("A(1", "needs its \\)", id="open bracket"),
        pytest.param("A1)", "needs its \\)", id="stray bracket"),
        pytest.param("A(1/2)", "needs its \\)", id="bracket over two rows"),
        pytest.param("((1))", "needs its \\)", id="bracket in a bracket"),
        pytest.param("A()", "needs its \\)", id="empty bracket"),
    ],
)
def test_a_malformed_pattern_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_pattern(pattern)


def test_the_smallest_file_takes_the_defaults(tmp_path: Path) -> None:
    plate = PlateFormat(name="car", patterns=("@#",), size_mm=(520, 110))
    expected = Jurisdiction("xx", "Nowhere", 1.0, ("Law 1",), (plate,))
    assert load_jurisdiction(write(tmp_path, SMALLEST)) == expected


WHOLE = """
code = "xx-y1"
name = "Somewhere"
share = 0.5
sources = ["Law 1", "Law 2"]

[[plate]]
name = "square"
patterns = ["{B,HH}/@#", "##"]
size_mm = [280.5, 200]
ground = ["#ffffff", "#00aa00"]
ink = ["#000000", "#ffffff"]
letters = "BCD"
digits = "123"
share = 0.2
vehicle = "motorcycle"
lookalikes = ["O0", "I1"]
picture = 0.1
script = 1
fonts = ["din"]
[plate.band]
colour = "#0033aa"
text = "X"
side = "both"
stars = true
[[plate.captions]]
text = "NOWHERE"
where = "bottom"
size = 0.1
ink = "#ff0000"
share = 0.5
[[plate.captions]]
text = "LAND OF NOTHING"

[[plate]]
name = "other"
patterns = ["@"]
size_mm = [1, 1]
"""


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    square = PlateFormat(
        name="square",
        patterns=("{B,HH}/@#", "##"),
        size_mm=(280.5, 200),
        ground=("#ffffff", "#00aa00"),
        ink=("#000000", "#ffffff"),
        letters="BCD",
        digits="123",
        share=0.2,
        vehicle="motorcycle",
        lookalikes=("O0", "I1"),
        band=Band("#0033aa", "X", "both", stars=True),
        captions=(
            Caption("NOWHERE", "bottom", 0.1, "#ff0000", 0.5),
            Caption("LAND OF NOTHING"),
        ),
        picture=0.1,
        script=1,
        fonts=("din",),
    )
    other = PlateFormat("other", ("@",), (1, 1))
    path = write(tmp_path, WHOLE, "xx-y1.toml")
    expected = Jurisdiction("xx-y1", "Somewhere", 0.5, ("Law 1", "Law 2"), (square, other))
    assert load_jurisdiction(path) == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('name = "Nowhere"', "nmae = 1", "unknown key 'nmae'", id="unknown key"),
        pytest.param('name = "Nowhere"', "", "missing key 'name'", id="missing key"),
        pytest.param('name = "Nowhere"', "name = 7", "name must be a text, not 7", id="no text"),
        pytest.param('sources = ["Law 1"]', "sources = []", "names no source", id="no source"),
        pytest.param('["Law 1"]', '"Law 1"', "sources must be a list of texts", id="no list"),
        pytest.param('"Nowhere"', '"Nowhere"\nshare = -1', "share must be 0 or more", id="share"),
        pytest.param('"Nowhere"', '"Nowhere"\nshare = inf', "share must be 0", id="endless share"),
        pytest.param('"Nowhere"', '"Nowhere"\nshare = true', "must be a number", id="no number"),
        pytest.param('"Nowhere"', '"Nowhere"\nplates = []', "unknown key 'plates'", id="plates"),
        pytest.param('code = "xx"', 'code = "yy"', "must be the file's name", id="other code"),
        pytest.param("[[plate]]", "[plate]", "plate must be a table", id="plate is no list"),
        pytest.param('"Nowhere"', '"Nowhere', r"at line 3", id="TOML names the line"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SMALLEST
    path = write(tmp_path, SMALLEST.replace(old, new, 1))
    with pytest.raises(FormatError, match=message) as caught:
        load_jurisdiction(path)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("grund = []", "unknown key 'grund'; known: band, .*, vehicle", id="key"),
        pytest.param('ground = ["white"]', "'white' is no '#rrggbb'", id="colour"),
        pytest.param('ground = ["#FFFFFF"]', "'#FFFFFF' is no '#rrggbb'", id="capitals"),
        pytest.param('ink = ["#12345"]', "'#12345' is no '#rrggbb'", id="short colour"),
        pytest.param("ground = []", "has no ground", id="no ground"),
        pytest.param('ink = ["#000000", "#ffffff"]', "one ink, or one for", id="two inks"),
        pytest.param("ink = []", "one ink, or one for", id="no ink"),
        pytest.param('letters = ""', "letters must be some of A", id="no letters"),
        pytest.param('letters = "AB1"', "letters must be some of A", id="a digit as letter"),
        pytest.param('digits = "12A"', "digits must be some of 0", id="a letter as digit"),
        pytest.param('lookalikes = ["O"]', "lookalikes: 'O' is no pair of characters", id="single"),
        pytest.param('lookalikes = ["OO"]', "lookalikes: 'OO' is no pair of characters", id="same"),
        pytest.param(
            'lookalikes = ["Oo"]', "lookalikes: 'Oo' is no pair of characters", id="small letter"
        ),
        pytest.param("share = -0.1", "share must be 0 or more", id="share"),
        pytest.param("picture = 1.1", "picture must be from 0 to 1, not 1.1", id="picture"),
        pytest.param("script = nan", "script must be from 0 to 1", id="script"),
        pytest.param('picture = "a"', "picture must be a number, not 'a'", id="no number"),
        pytest.param('vehicle = "boat"', "vehicle must be one of car, motorcycle", id="vehicle"),
        pytest.param("band = 1", "band must be a table", id="band"),
        pytest.param('band = {text = "X"}', "band: missing key 'colour'", id="band's colour"),
        pytest.param('band = {colour = "blue"}', "'blue' is no '#rrggbb'", id="band's colour?"),
        pytest.param(
            'band = {colour = "#0033aa", side = "up"}', "band: side must be one of", id="side"
        ),
        pytest.param(
            'band = {colour = "#0033aa", stars = 12}',
            "band: stars must be true or false",
            id="stars",
        ),
        pytest.param(
            'band = {colour = "#0033aa", share = 2}',
            "band: share must be from 0",
            id="band's share",
        ),
        pytest.param('captions = ["X"]', "captions must be a table", id="captions"),
        pytest.param("captions = [{}]", "captions: missing key 'text'", id="caption's text"),
        pytest.param(
            'captions = [{text = "X", where = "in"}]', "captions: where must be", id="where"
        ),
        pytest.param('captions = [{text = "X", size = 2}]', "captions: size must be", id="size"),
        pytest.param(
            'captions = [{text = "X", ink = "red"}]', "'red' is no '#rrggbb'", id="caption's ink"
        ),
    ],
)
def test_a_wrong_plate_is_refused(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path, f"{SMALLEST}{line}\n")
    with pytest.raises(FormatError, match=f"plate 'car': {message}"):
        load_jurisdiction(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('["@#"]', "[]", "plate 'car': has no pattern", id="no pattern"),
        pytest.param('["@#"]', '"@#"', "patterns must be a list of texts", id="no list"),
        pytest.param("@#", "@~", "plate 'car': pattern '@~': cannot read '~'", id="pattern"),
        pytest.param('name = "car"\n', "", r"plate '\?': missing key 'name'", id="no name"),
        pytest.param("[520, 110]", "[520, 0]", "size_mm must be positive", id="flat"),
        pytest.param("[520, 110]", "[520]", "size_mm must be two numbers", id="one side"),
    ],
)
def test_a_plate_needs_its_parts(tmp_path: Path, old: str, new: str, message: str) -> None:
    head, plate = SMALLEST.split("[[plate]]")
    path = write(tmp_path, f"{head}[[plate]]{plate.replace(old, new)}")
    with pytest.raises(FormatError, match=message):
        load_jurisdiction(path)


def test_a_file_without_plates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=re.escape("has no [[plate]]")):
        load_jurisdiction(write(tmp_path, SMALLEST.split("[[plate]]", maxsplit=1)[0]))


def test_a_code_is_small_letters(tmp_path: Path) -> None:
    path = write(tmp_path, SMALLEST.replace('"xx"', '"XX"'), "XX.toml")
    with pytest.raises(FormatError, match="code 'XX' must be the file's name"):
        load_jurisdiction(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"xx\.toml: No such file"):
        load_jurisdiction(tmp_path / "xx.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(FormatError, match=r"xx\.toml: .*decode"):
        load_jurisdiction(tmp_path / "xx.toml")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_is_whole(path: Path) -> None:
    jurisdiction = load_jurisdiction(path)
    assert jurisdiction.code == path.stem
    assert all(source.strip() for source in jurisdiction.sources)
    names = [plate.name for plate in jurisdiction.plates]
    assert len(set(names)) == len(names)
    for plate in jurisdiction.plates:
        for pattern in plate.patterns:
            tokens = parse_pattern(pattern, plate.letters, plate.digits)
            lengths = [sorted({len(normalise(word)) for word in token}) for token in tokens]
            assert sum(length[0] for length in lengths) >= 2, pattern
            assert sum(length[-1] for length in lengths) <= 12, pattern


def test_all_files_ship_under_their_codes() -> None:
    formats = load_formats()
    assert list(formats) == [path.stem for path in SHIPPED]
    assert all(code == jurisdiction.code for code, jurisdiction in formats.items())


def test_all_states_and_territories_of_the_united_states_ship() -> None:
    assert len(STATES) == 56
    assert {code for code in load_formats() if code.startswith("us-")} == {
        f"us-{state}" for state in STATES
    }


def test_all_provinces_and_territories_of_canada_ship() -> None:
    assert len(PROVINCES) == 13
    assert {code for code in load_formats() if code.startswith("ca-")} == {
        f"ca-{province}" for province in PROVINCES
    }


def test_forty_jurisdictions_and_more_outside_of_the_united_states_ship() -> None:
    assert sum(not code.startswith("us-") for code in load_formats()) >= 40


@pytest.mark.parametrize(
    ("code", "serial"),
    [
        pytest.param("us-ca", "8ABC123", id="California"),
        pytest.param("us-ny", "ABC1234", id="New York"),
        pytest.param("us-fl", "ABCD12", id="Florida"),
        pytest.param("us-al", "47A1B23", id="Alabama, Madison county"),
        pytest.param("us-wy", "2312345", id="Wyoming, Sublette county"),
        pytest.param("us-vi", "TAB123", id="Virgin Islands"),
        pytest.param("ca-on", "CABC123", id="Ontario"),
        pytest.param("ca-qc", "A12BCD", id="Quebec"),
        pytest.param("ca-yt", "ABC12", id="Yukon"),
        pytest.param("mx", "JAB1234", id="Jalisco, 2000"),
        pytest.param("mx", "A12ABC", id="Mexico City"),
    ],
)
def test_a_serial_of_the_road_is_among_the_patterns(code: str, serial: str) -> None:
    assert any(
        re.fullmatch(as_regex(pattern, plate), serial)
        for plate in load_formats()[code].plates
        if plate.name != "personalised"
        for pattern in plate.patterns
    )


def as_regex(pattern: str, plate: PlateFormat) -> str:
    places = parse_pattern(pattern, plate.letters, plate.digits)
    return "".join(f"(?:{'|'.join(normalise(word) for word in words)})" for words in places)


@pytest.mark.parametrize("state", ["hi", "id", "il", "ky", "mi"])
def test_states_with_one_die_for_the_letter_and_the_digit_say_so(state: str) -> None:
    plates = load_formats()[f"us-{state}"].plates
    assert {plate.lookalikes for plate in plates} == {("O0",)}


def test_a_personalised_plate_of_california_may_bear_any_character() -> None:
    (plate,) = (p for p in load_formats()["us-ca"].plates if p.name == "personalised")
    seen = {
        word
        for pattern, token in product(plate.patterns, range(2))
        for word in parse_pattern(pattern, plate.letters, plate.digits)[token]
    }
    assert set(CHARACTERS) <= seen
