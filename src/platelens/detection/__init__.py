"""Picture -> where its plates are."""

from platelens.detection.detector import PlateDetector

__all__ = ["PlateDetector"]
