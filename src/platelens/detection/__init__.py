"""Picture -> where its plates are."""

from platelens.detection.classical import ClassicalDetector
from platelens.detection.detector import DOUBT, PlateDetector
from platelens.detection.single import SingleBoxDetector
from platelens.detection.whole import WholePicture

__all__ = ["DOUBT", "ClassicalDetector", "PlateDetector", "SingleBoxDetector", "WholePicture"]
