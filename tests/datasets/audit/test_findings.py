from __future__ import annotations

from pathlib import Path

from platelens.datasets import Sample
from platelens.datasets.audit import KINDS, Finding, KindCount, count_kinds, sort_by_kind

A, B = (Sample(Path(name), 10, 10, ()) for name in "ab")


def test_the_worst_kinds_come_first() -> None:
    order = [kind.severity for kind in KINDS.values()]
    assert order == sorted(order, key=["error", "warning", "note"].index)


def test_findings_are_counted_by_kind_and_by_picture() -> None:
    findings = [
        Finding("tiny_box", "x", (A,), 0),
        Finding("leak_text", "x", (A, B)),
        Finding("tiny_box", "y", (A,), 1),
        Finding("mended", "z"),
    ]
    assert list(count_kinds(findings).items()) == [
        ("leak_text", KindCount(1, 2)),
        ("mended", KindCount(1, 0)),
        ("tiny_box", KindCount(2, 1)),
    ]
    assert [f.message for f in sort_by_kind(findings)["tiny_box"]] == ["x", "y"]
    assert [f.severity for f in findings] == ["note", "error", "note", "warning"]


def test_nothing_found() -> None:
    assert count_kinds([]) == {}
