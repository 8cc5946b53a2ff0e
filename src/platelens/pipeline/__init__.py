"""The stages joined: a picture in, its plates out."""

from platelens.pipeline.build import (
    NO_MATCHER,
    OCR_ENGINES,
    SERIALS_ALONE,
    OcrEngine,
    Stage,
    build_detector,
    build_matcher,
    build_pipeline,
    build_recognizer,
    open_ocr_engine,
    stage_model,
)
from platelens.pipeline.pipeline import Pipeline, PipelineSettings, ReadResult
from platelens.pipeline.plans import (
    DEFAULT_PLAN,
    STAGES,
    Plan,
    change_plan,
    load_plan,
    plan_names,
    save_pipeline,
)
from platelens.pipeline.reader import PlateReader
from platelens.pipeline.stages import find_in_file, read_crop_file
from platelens.pipeline.steps import Explain, explain_with

__all__ = [
    "DEFAULT_PLAN",
    "NO_MATCHER",
    "OCR_ENGINES",
    "SERIALS_ALONE",
    "STAGES",
    "Explain",
    "OcrEngine",
    "Pipeline",
    "PipelineSettings",
    "Plan",
    "PlateReader",
    "ReadResult",
    "Stage",
    "build_detector",
    "build_matcher",
    "build_pipeline",
    "build_recognizer",
    "change_plan",
    "explain_with",
    "find_in_file",
    "load_plan",
    "open_ocr_engine",
    "plan_names",
    "read_crop_file",
    "save_pipeline",
    "stage_model",
]
