from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platelens.batch.sources import Entry, Skipped, list_entries
from platelens.errors import SourceError


def listed(*sources: object, column: str = "image") -> list[Entry]:
    return list(list_entries([str(s) for s in sources], column, Skipped()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/2.JPG", "b/1.png", "a.webp", "c.tar", "notes.txt", "b/x.json"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    return tmp_path / "in"


def test_a_folder_gives_pictures_and_archives_by_name(folder: Path) -> None:
    entries = listed(folder)
    assert [e.address for e in entries] == [
        str(folder / name) for name in ("a.webp", "b/1.png", "b/2.JPG", "c.tar")
    ]
    assert [e.kind for e in entries] == ["picture", "picture", "picture", "archive"]
    assert {e.size for e in entries} == {5}
    assert all(e.stamp for e in entries)


def test_what_is_no_picture_is_counted(folder: Path) -> None:
    skipped = Skipped()
    list(list_entries([str(folder)], "image", skipped))
    assert skipped.count == 2
    assert skipped.examples == [str(folder / "b/x.json"), str(folder / "notes.txt")]


def test_a_folder_that_links_to_itself_ends(folder: Path) -> None:
    (folder / "b" / "loop").symlink_to(folder)
    skipped = Skipped()
    assert len(list(list_entries([str(folder)], "image", skipped))) == 4
    assert str(folder / "b/loop") in skipped.examples


def test_a_glob_gives_what_it_matches(folder: Path) -> None:
    assert [Path(e.address).name for e in listed(f"{folder}/**/*.[pJ]*")] == ["1.png", "2.JPG"]


def test_braces_count_shards(tmp_path: Path) -> None:
    for number in (8, 9, 10):
        (tmp_path / f"s-{number:02d}.tar").touch()
    entries = listed(f"{tmp_path}/s-{{08..10}}.tar")
    assert [Path(e.address).name for e in entries] == ["s-08.tar", "s-09.tar", "s-10.tar"]


def test_object_stores_are_listed_alike() -> None:
    store = fsspec.filesystem("memory")
    store.pipe({"/bucket/x/2.jpg": b"2", "/bucket/x/1.jpg": b"1", "/bucket/0.png": b"00"})
    entries = listed("memory://bucket")
    names = ["memory:///bucket/0.png", "memory:///bucket/x/1.jpg", "memory:///bucket/x/2.jpg"]
    assert [e.address.replace("memory://bucket", "memory:///bucket") for e in entries] == names
    assert [e.size for e in entries] == [2, 1, 1]


def json_manifest(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def parquet_manifest(path: Path, *rows: object) -> Path:
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)  # type: ignore[call-overload]  # rows are mappings
    return path


@pytest.mark.parametrize(
    ("write", "name"), [(json_manifest, "list.jsonl"), (parquet_manifest, "list.parquet")]
)
def test_a_manifest_names_pictures_beside_it(
    tmp_path: Path, write: Callable[..., Path], name: str
) -> None:
    manifest = write(
        tmp_path / name, {"image": "x/1.jpg"}, {"image": "/abs/2.jpg"}, {"image": "s3://b/3.jpg"}
    )
    addresses = [e.address for e in listed(manifest)]
    assert addresses == [str(tmp_path / "x/1.jpg"), "/abs/2.jpg", "s3://b/3.jpg"]


def test_another_column_may_name_the_pictures(tmp_path: Path) -> None:
    manifest = json_manifest(tmp_path / "list.jsonl", {"file": "1.jpg", "image": "no"})
    assert [e.address for e in listed(manifest, column="file")] == [str(tmp_path / "1.jpg")]


def test_rows_that_come_twice_are_named(tmp_path: Path) -> None:
    one = json_manifest(tmp_path / "one.jsonl", "1.jpg", "2.jpg", "1.jpg")
    two = json_manifest(tmp_path / "two.jsonl", "2.jpg")
    entries = listed(one, two)
    assert [e.kind for e in entries] == ["picture", "picture", "repeated", "repeated"]
    assert entries[2].trouble == "named before"
    assert entries[3].trouble == f"named before in {one}"


def test_bad_lines_become_entries(tmp_path: Path) -> None:
    manifest = tmp_path / "list.jsonl"
    manifest.write_text('{"image": "1.jpg"}\n{"image\n\n{"image": 7}\n{"other": "x"}\n"5.jpg"\n')
    entries = listed(manifest)
    kinds = [e.kind for e in entries]
    assert kinds == ["picture", "broken", "broken", "broken", "broken", "picture"]
    assert entries[1].trouble.startswith("line 2: not JSON")
    assert entries[2].trouble == "line 3: the line is empty"
    assert entries[3].trouble == "line 4: no text in 'image'"


def test_a_manifest_without_the_column_says_which_it_has(tmp_path: Path) -> None:
    (entry,) = listed(parquet_manifest(tmp_path / "list.parquet", {"file": "1.jpg"}))
    assert entry.trouble == "row 1: no column 'image'; known: file"


@pytest.mark.parametrize("kept", [0.5, 0.0])
def test_a_damaged_manifest_becomes_an_entry(tmp_path: Path, kept: float) -> None:
    manifest = parquet_manifest(
        tmp_path / "list.parquet", *[{"image": f"{i}.jpg"} for i in range(9)]
    )
    data = manifest.read_bytes()
    manifest.write_bytes(data[: int(len(data) * kept)])
    (entry,) = listed(manifest)
    assert entry.kind == "broken"
    assert entry.trouble.startswith("the manifest is damaged")


def test_a_name_that_is_not_utf8_becomes_an_entry(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).touch()
    (entry,) = listed(tmp_path)
    assert (entry.kind, entry.trouble) == ("broken", "its name is not UTF-8")
    assert entry.address == f"{tmp_path}/caf\\udce9.jpg"


def test_a_missing_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere: no such file or folder"):
        listed(tmp_path / "nowhere")


def test_a_source_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no picture, archive or manifest"):
        listed(tmp_path)


def test_an_unknown_scheme_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"nowhere://x: ValueError: Protocol not known"):
        listed("nowhere://x")


def test_refused_credentials_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("no credentials")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "info", refuse)
    with pytest.raises(SourceError, match="cannot be listed: PermissionError: no credentials"):
        listed("memory://secret")
