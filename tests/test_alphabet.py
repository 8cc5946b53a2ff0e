from __future__ import annotations

import pytest

from platelens.alphabet import (
    BLANK,
    CHARACTERS,
    CONFUSIONS,
    decode,
    encode,
    fold_confusables,
    fold_lookalikes,
    normalise,
    text_distance,
)


def test_the_alphabet_is_digits_then_letters() -> None:
    assert CHARACTERS == "0123456789" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab-12 cde", "AB12CDE"),
        ("KA 01\nMJ|2345", "KA01MJ2345"),
        ("京A·12345", "A12345"),
        ("ÄÖÜ é", ""),
        ("٣٤", ""),  # digits, but not ours
        ("", ""),
    ],
)
def test_normalise_keeps_only_upper_case_letters_and_digits(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_classes_start_after_the_blank() -> None:
    assert encode("09AZ") == [1, 10, 11, 36]
    assert encode("CAB", "ABC") == [3, 1, 2]
    assert BLANK not in encode(CHARACTERS)


def test_decode_is_the_way_back_and_leaves_blanks_out() -> None:
    assert decode(encode(CHARACTERS)) == CHARACTERS
    assert decode([BLANK, 3, BLANK, BLANK, 3, 1], "ABC") == "CCA"
    assert encode("") == []
    assert decode([]) == ""


@pytest.mark.parametrize("text", ["a", "A B", "Ä"])
def test_a_character_outside_the_alphabet_has_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="not found"):
        encode(text)


def test_fold_lookalikes() -> None:
    assert fold_lookalikes("OI01QLB8") == "0101QLB8"


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("", "", 0), ("AB1", "", 3), ("AB1", "AB1", 0), ("AB1", "AB2", 1), ("AB1", "AB12", 1),
        ("AB1", "B1", 1), ("KO1", "K01", 0.3), ("B8", "8B", 0.6), ("AB", "BA", 2), ("QX", "XQ", 2),
    ],
)  # fmt: skip
def test_text_distance_forgives_confusions(a: str, b: str, distance: float) -> None:
    assert text_distance(a, b) == text_distance(b, a) == pytest.approx(distance)


def test_all_characters_that_readers_take_for_each_other_fold_to_one() -> None:
    for pair in CONFUSIONS:
        assert fold_confusables(pair[0]) == fold_confusables(pair[1])


def test_folding_leaves_no_two_digits_alike() -> None:
    assert fold_confusables(CHARACTERS[:10]) == CHARACTERS[:10]
    assert set(fold_confusables(CHARACTERS)) == set(CHARACTERS) - set("OQDIBGSZ")
