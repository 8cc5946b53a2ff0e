"""The stages joined: a picture in, its plates out."""

from platelens.pipeline.build import (
    NO_MATCHER,
    SERIALS_ALONE,
    build_detector,
    build_matcher,
    build_pipeline,
    build_recognizer,
)
from platelens.pipeline.pipeline import Pipeline, PipelineSettings, ReadResult
from platelens.pipeline.reader import PlateReader
from platelens.pipeline.stages import find_in_file, read_crop_file

__all__ = [
    "NO_MATCHER",
    "SERIALS_ALONE",
    "Pipeline",
    "PipelineSettings",
    "PlateReader",
    "ReadResult",
    "build_detector",
    "build_matcher",
    "build_pipeline",
    "build_recognizer",
    "find_in_file",
    "read_crop_file",
]
