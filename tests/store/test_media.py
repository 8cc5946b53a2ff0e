import hashlib
from pathlib import Path

import pytest

from platelens.errors import MissingRecordError, RecordError, StoreDownError, StoreOpenError
from platelens.store import MediaFile, MediaFolder, Store
from tests.store.conftest import new_read


def test_a_picture_comes_back(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "a/b")
    file = folder.save(b"picture", ".jpg")
    assert folder.load(file) == b"picture"
    assert (file.size, file.sha256) == (7, hashlib.sha256(b"picture").hexdigest())
    assert folder.save(b"picture", ".jpg").path != file.path


@pytest.mark.parametrize(
    "path", ["", "..", "../a", "a/../b", "/a", "a//b", "./a", "a\0", "a\\b", ".a", "a" * 401, "a/"]
)
def test_a_path_outside_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(RecordError, match="path"):
        MediaFolder(tmp_path).load(MediaFile(path, "", 0))


@pytest.mark.parametrize("suffix", ["jpg", ".", "./x", ".JPG", ".jpg/..", ".a\0"])
def test_a_suffix_is_one(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(RecordError, match="suffix"):
        MediaFolder(tmp_path).save(b"", suffix)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreOpenError, match="file"):
        MediaFolder(tmp_path / "file")


def test_what_cannot_be_written_or_removed(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media")
    (tmp_path / "media/folder.jpg").mkdir()
    with pytest.raises(StoreDownError):
        folder.remove("folder.jpg")
    with pytest.raises(MissingRecordError):
        folder.load(MediaFile("folder.jpg", "", 0))
    (tmp_path / "media").rename(tmp_path / "old")
    (tmp_path / "media").touch()
    with pytest.raises(StoreDownError):
        folder.save(b"", ".jpg")


def test_of_several_pictures_all_are_kept_or_none(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    files = folder.save_all([(b"one", ".jpg"), (b"two", ".png")])
    assert [folder.load(file) for file in files] == [b"one", b"two"]
    assert folder.save_all([]) == []
    with pytest.raises(RecordError, match="suffix"):
        folder.save_all([(b"three", ".jpg"), (b"four", "jpg")])
    assert sorted(folder.older_than(-1)) == sorted(file.path for file in files)


def test_strays_are_removed_and_others_are_not(store: Store) -> None:
    kept, stray = store.media.save(b"1", ".jpg"), store.media.save(b"2", ".jpg")
    store.reads.add(new_read(image=kept))
    assert store.reads.clean() == 0  # too young
    assert store.reads.clean(stray_age_s=-1) == 1
    assert store.media.load(kept) == b"1"
    with pytest.raises(MissingRecordError):
        store.media.load(stray)
