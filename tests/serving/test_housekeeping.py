from datetime import UTC, datetime, timedelta

from platelens.serving.housekeeping import Housekeeper
from platelens.serving.settings import StoreSettings
from platelens.store import Camera, NewRead, ReadQuery, Store


def test_old_reads_go_by_their_cameras_age(store: Store) -> None:
    store.cameras.put(Camera("gate", retention_days=1))
    now = datetime.now(UTC)
    for camera, days in (("gate", 0.5), ("gate", 2), ("yard", 2), ("yard", 8)):
        text = f"{camera}{days}"
        age = timedelta(days=days)
        store.reads.add(NewRead(time=now - age, text=text, confidence=1, camera=camera))
    Housekeeper(store, StoreSettings(retention_days=7)).tidy()
    left = {read.text for read in store.reads.search(ReadQuery()).reads}
    assert left == {"GATE05", "YARD2"}


def test_audit_log_is_kept_for_its_days(store: Store) -> None:
    store.journal.note("ann", "search", {})
    Housekeeper(store, StoreSettings(audit_days=1)).tidy()
    assert len(store.journal.audit()) == 1
    Housekeeper(store, StoreSettings(audit_days=1e-9)).tidy()
    assert store.journal.audit() == []


def test_thread_ends_at_once(store: Store) -> None:
    keeper = Housekeeper(store, StoreSettings())
    keeper.start()
    keeper.close()
