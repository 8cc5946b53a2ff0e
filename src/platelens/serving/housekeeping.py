"""Deletes what has become too old, while the service runs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Final

from platelens.errors import StoreError
from platelens.serving.settings import StoreSettings
from platelens.store import Store

_LOG: Final = logging.getLogger(__name__)
_EVERY_S: Final = 600.0
_FIRST_S: Final = 5.0


class Housekeeper:
    """A thread that looks every ten minutes.

    Args:
        store: what is kept tidy.
        settings: say how old things may become.
    """

    def __init__(self, store: Store, settings: StoreSettings) -> None:
        self._store = store
        self._settings = settings
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, soon."""
        self._stop.clear()
        self._thread = Thread(target=self._run, name="housekeeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, after the deletion that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def tidy(self) -> None:
        """Delete reads by age, pictures that nobody has, and old lines of the audit log."""
        deletion = self._store.reads.expire(self._settings.retention_days)
        strays = self._store.reads.clean()
        before = datetime.now(UTC) - timedelta(days=self._settings.audit_days)
        lines = self._store.journal.forget_audit(before)
        if deletion.reads or strays or lines:
            _LOG.info(
                "deleted by age: %d reads, %d files, %d lines of the audit log",
                deletion.reads,
                deletion.files + strays,
                lines,
            )

    def _run(self) -> None:
        wait_s = _FIRST_S
        while not self._stop.wait(wait_s):
            wait_s = _EVERY_S
            try:
                self.tidy()
            except StoreError as error:
                _LOG.error("could not delete what is too old: %s", error)
