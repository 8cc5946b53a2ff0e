"""Plates followed through the pictures of a video, and one reading for each."""

from platelens.tracking.association import match_pairs
from platelens.tracking.quality import quality
from platelens.tracking.tracker import PlateTracker, TrackSettings
from platelens.tracking.vote import vote

__all__ = ["PlateTracker", "TrackSettings", "match_pairs", "quality", "vote"]
