from __future__ import annotations

from pathlib import Path

import pytest

from platelens.errors import ChecksumError, ModelError
from platelens.runtime import GRAPH_NAME, Manifest, load_manifest, read_graph, sha256_hex


def test_sha256_of_nothing_is_the_known_one() -> None:
    assert sha256_hex(b"").startswith("e3b0c44298fc1c149afbf4c8996fb924")


def test_the_described_file_is_read(reader_folder: Path) -> None:
    data = read_graph(reader_folder, load_manifest(reader_folder))
    assert data == (reader_folder / GRAPH_NAME).read_bytes()


def test_another_file_is_refused_by_name(tmp_path: Path, reader_manifest: Manifest) -> None:
    (tmp_path / GRAPH_NAME).write_bytes(b"not it")
    with pytest.raises(ChecksumError, match=f"{GRAPH_NAME}: .*damaged") as caught:
        read_graph(tmp_path, reader_manifest)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path, reader_manifest: Manifest) -> None:
    with pytest.raises(ModelError, match=f"{GRAPH_NAME}: cannot be read"):
        read_graph(tmp_path, reader_manifest)
