"""Keeps reads and all that a service knows of them: in SQLite, or in PostgreSQL."""

from platelens.store.access import Access, Token, User
from platelens.store.cameras import Camera, Cameras
from platelens.store.journal import AuditEntry, Backup, DeletionEntry, Journal
from platelens.store.media import MediaFolder
from platelens.store.outbox import Message, NewTarget, Outbox, Target
from platelens.store.plates import MAX_TEXT
from platelens.store.read_store import ReadStore
from platelens.store.reads import (
    Deletion,
    Delivery,
    Match,
    MediaFile,
    NewRead,
    Page,
    Passing,
    Read,
    ReadQuery,
    Review,
    ReviewState,
    Source,
)
from platelens.store.search import MAX_PAGE
from platelens.store.statistics import CountQuery, Counts, Statistics
from platelens.store.store import Store, open_store
from platelens.store.watch import WatchEntry, WatchKind, WatchLists, WatchMatch, WatchRule

__all__ = [
    "MAX_PAGE",
    "MAX_TEXT",
    "Access",
    "AuditEntry",
    "Backup",
    "Camera",
    "Cameras",
    "CountQuery",
    "Counts",
    "Deletion",
    "DeletionEntry",
    "Delivery",
    "Journal",
    "Match",
    "MediaFile",
    "MediaFolder",
    "Message",
    "NewRead",
    "NewTarget",
    "Outbox",
    "Page",
    "Passing",
    "Read",
    "ReadQuery",
    "ReadStore",
    "Review",
    "ReviewState",
    "Source",
    "Statistics",
    "Store",
    "Target",
    "Token",
    "User",
    "WatchEntry",
    "WatchKind",
    "WatchLists",
    "WatchMatch",
    "WatchRule",
    "open_store",
]
