"""Picture -> where its plates are."""

from platelens.detection.classical import ClassicalDetector
from platelens.detection.detector import PlateDetector
from platelens.detection.single import SingleBoxDetector
from platelens.detection.whole import WholePicture

__all__ = ["ClassicalDetector", "PlateDetector", "SingleBoxDetector", "WholePicture"]
