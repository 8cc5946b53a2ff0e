"""Kills a writing process again and again, and looks for reads that it had acknowledged."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from platelens.errors import MissingRecordError
from platelens.store import MediaFile, NewRead, Store, open_store

_LONGEST_LIFE = 30
"""A writer is killed after so many acknowledged reads at most."""


def count_lost(address: str, folder: Path, kills: int) -> tuple[int, int]:
    """Let writers store reads with pictures, and kill each with signal 9 while it does.

    Returns:
        How many reads were acknowledged, and how many of them are not there or not whole.
    """
    rng = random.Random(kills)
    acknowledged: list[tuple[int, str, str]] = []
    for _ in range(kills):
        acknowledged += _killed_writer(address, folder, rng.randint(1, _LONGEST_LIFE))
    with open_store(address, folder / "media") as store:
        lost = sum(not _is_whole(store, *line) for line in acknowledged)
    return len(acknowledged), lost


def write_for_ever(address: str, folder: Path) -> None:
    """Store reads, and print id, text and picture of each when the store has it."""
    rng = random.Random()
    with open_store(address, folder / "media") as store:
        while True:
            text = "".join(rng.choices("ABC123", k=6))
            image = store.media.save(text.encode(), ".jpg")
            read = NewRead(time=datetime.now(UTC), text=text, confidence=0.9, image=image)
            print(store.reads.add(read), text, image.path, flush=True)


def _killed_writer(address: str, folder: Path, life: int) -> list[tuple[int, str, str]]:
    """Kill a writer after `life` lines; gives all lines it wrote."""
    command = [sys.executable, "-m", "benchmarks.store_kill", address, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        if writer.stdout is None:
            raise RuntimeError("the writer has no output")
        lines = [writer.stdout.readline() for _ in range(life)]
        writer.kill()
        lines += writer.stdout.readlines()
    whole = (line.split() for line in lines if line.endswith("\n"))
    return [(int(number), text, path) for number, text, path in whole]


def _is_whole(store: Store, number: int, text: str, path: str) -> bool:
    try:
        read = store.reads.get(number)
        data = store.media.load(MediaFile(path, "", 0))
    except MissingRecordError:
        return False
    return read.text == text and data == text.encode()


if __name__ == "__main__":
    write_for_ever(sys.argv[1], Path(sys.argv[2]))
