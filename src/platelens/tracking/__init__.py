"""Plates followed through the pictures of a video, and one reading for each."""

from platelens.tracking.association import match_pairs
from platelens.tracking.quality import is_whole, quality
from platelens.tracking.tracker import PlateTracker, TrackSettings
from platelens.tracking.vote import vote

__all__ = ["PlateTracker", "TrackSettings", "is_whole", "match_pairs", "quality", "vote"]
