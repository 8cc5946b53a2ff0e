from __future__ import annotations

from pathlib import Path

import pytest

from platelens.errors import MissingRecordError, RecordError
from platelens.store import Store, WatchRule, open_store
from platelens.types import Candidate

CANDIDATES = (Candidate("AB123", 0.6), Candidate("A8123", 0.25), Candidate("XB123", 0.1))


@pytest.mark.parametrize(
    ("rule", "probability"),
    [
        (WatchRule("exact", "ab-123", "staff"), 0.6),
        (WatchRule("pattern", "A*", "staff"), 0.85),
        (WatchRule("pattern", "?B123", "staff"), 0.7),
        (WatchRule("fuzzy", "AB123", "staff", max_distance=0), 0.85),
        (WatchRule("fuzzy", "AB124", "staff", max_distance=1), 0.85),
        (WatchRule("fuzzy", "AB124", "staff", max_distance=2), 0.95),
        (WatchRule("exact", "ZZ999", "staff"), None),
        (WatchRule("fuzzy", "ZZ999", "staff"), None),
    ],
)
def test_probabilities_of_candidates_add_up(
    store: Store, rule: WatchRule, probability: float | None
) -> None:
    store.watch.add([rule])
    found = store.watch.match("AB123", CANDIDATES)
    if probability is None:
        assert found == []
    else:
        assert [match.probability for match in found] == [pytest.approx(probability)]


def test_the_most_probable_entry_comes_first(store: Store) -> None:
    rules = [WatchRule("exact", text, text) for text in ("XB123", "AB123", "A8123")]
    store.watch.add(rules)
    labels = [match.entry.rule.label for match in store.watch.match("AB123", CANDIDATES)]
    assert labels == ["AB123", "A8123", "XB123"]


def test_a_text_without_candidates_is_certain(store: Store) -> None:
    store.watch.add([WatchRule("exact", "AB123", "staff")])
    assert store.watch.match("ab 123")[0].probability == 1
    assert store.watch.match("") == []


def test_entries_change_for_all_who_have_the_store_open(
    store: Store, address: str, tmp_path: Path
) -> None:
    with open_store(address, tmp_path / "media") as other:
        assert other.watch.match("AB123") == []
        (number,) = store.watch.add([WatchRule("exact", "AB123", "staff", "Ann")])
        assert len(other.watch.match("AB123")) == 1
        store.watch.replace(number, WatchRule("exact", "AB124", "blocked"))
        assert other.watch.match("AB123") == []
        assert [entry.rule.text for entry in other.watch.entries("blocked")] == ["AB124"]
        store.watch.remove(number)
        assert other.watch.entries() == []


@pytest.mark.parametrize(
    "rule",
    [
        WatchRule("exact", "", "x"),
        WatchRule("exact", "😀", "x"),
        WatchRule("pattern", "%", "x"),
        WatchRule("pattern", "*", "x"),
        WatchRule("fuzzy", "A" * 33, "x"),
        WatchRule("fuzzy", "AB", "x", max_distance=3),
        WatchRule("regex", "AB", "x"),  # type: ignore[arg-type] # bad on purpose
        WatchRule("exact", "AB", "x\0"),
    ],
)
def test_a_malformed_rule_is_refused(store: Store, rule: WatchRule) -> None:
    with pytest.raises(RecordError):
        store.watch.add([WatchRule("exact", "OK1", "x"), rule])
    assert store.watch.entries() == []


def test_there_is_no_entry_of_another_id(store: Store) -> None:
    with pytest.raises(MissingRecordError):
        store.watch.remove(3)
