"""What goes with YOLO labels: `data.yaml` or `classes.txt`, with names of classes and splits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from platelens.datasets.readers.fields import read_lines
from platelens.datasets.readers.pictures import ALL, split_of_word
from platelens.errors import AnnotationError

YAML_NAME: Final = "data.yaml"
_YAML_NAMES: Final = (YAML_NAME, "data.yml", "dataset.yaml", "dataset.yml")
_CLASS_FILES: Final = ("classes.txt", "obj.names", "labels/classes.txt")
_NO_SPLITS: Final = frozenset({"path", "names", "nc", "download", "kpt_shape", "flip_idx"})
_KEYS: Final = {"valid": "val"}
_KEY: Final = re.compile(r"([\w-]+)\s*:(?:\s+(.*))?")
_ITEM: Final = re.compile(r"-\s+(.+)|(\d+)\s*:\s+(.+)")


@dataclass(frozen=True, slots=True)
class YoloClasses:
    """What such a file says."""

    path: Path
    names: Mapping[int, str]  # {} where it says none
    splits: Mapping[str, str] = field(default_factory=dict)  # folder as it stands -> split


def read_yolo_classes(source: Path) -> YoloClasses | None:
    """Read the file of a data set; None if there is none.

    Of YAML, what tools and people write there is understood: a key and a value a line, names as
    a list or by number, in brackets or a line each.

    Raises:
        AnnotationError: names of classes are malformed; names file and line.
    """
    for name in _YAML_NAMES:
        if (source / name).is_file():
            return _read_yaml(source / name)
    for name in _CLASS_FILES:
        if (source / name).is_file():
            lines = [line.strip() for line in read_lines(source / name)]
            return YoloClasses(source / name, {i: line for i, line in enumerate(lines) if line})
    return None


def _read_yaml(path: Path) -> YoloClasses:
    names: dict[int, str] = {}
    splits: dict[str, str] = {}
    key = ""
    for number, line in enumerate(read_lines(path), start=1):
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        top = _KEY.fullmatch(text) if line[:1].strip() else None
        if top:
            key, text = top[1], (top[2] or "").strip()
        if not text:
            continue
        if key == "names":
            names |= _names(text, len(names), f"{path}:{number}")
        elif key not in _NO_SPLITS:
            for folder in _items(text.removeprefix("- ")):
                splits.setdefault(folder, split_of_word(key))
    return YoloClasses(path, names, splits)


def _names(text: str, count: int, where: str) -> dict[int, str]:
    """Read the names of a line, the first of which is number `count` unless it has one."""
    names = {}
    for position, item in enumerate(_items(text), start=count):
        match = _ITEM.fullmatch(item)
        if match is None and text[0] not in "[{":
            raise AnnotationError(f"{where}: names: expected '- name' or '0: name', got {item!r}")
        number, name = (match[2], match[1] or match[3]) if match else (None, item)
        names[int(number or position)] = name.strip("'\"")
    return names


def _items(text: str) -> list[str]:
    """Give the items of a line: of a list in brackets several, else one."""
    items = text.strip("[]{}").split(",") if text[0] in "[{" else [text]
    items = [item.strip() for item in items]
    return [item.strip("'\"") for item in items if item]


def yaml_text(folders: Mapping[str, str], class_name: str, extra: str = "") -> str:
    """Write such a file for one class.

    Args:
        folders: word of a split -> folder of its pictures.
        class_name: of class 0.
        extra: further lines.
    """
    rows = {_KEYS.get(word, word): folder for word, folder in folders.items()}
    for key in ("train", "val"):  # Ultralytics does not start without these two.
        rows.setdefault(key, folders.get(ALL, f"images/{key}"))
    lines = "".join(f"{key}: {folder}\n" for key, folder in rows.items())
    return f"path: .\n{lines}{extra}names:\n  0: {class_name}\n"
