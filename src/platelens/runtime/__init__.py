"""Model folders, ONNX Runtime to run them, and files that are written whole."""

from platelens.runtime.checksum import read_graph, sha256_hex
from platelens.runtime.files import write_whole
from platelens.runtime.hub import (
    DEFAULT_CLASSIFIER,
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    DEFAULT_WORDS,
    PATH_PREFIX,
    find_models,
    model_folder,
    model_names,
    split_size,
)
from platelens.runtime.manifest import (
    GRAPH_NAME,
    MANIFEST_NAME,
    Manifest,
    load_manifest,
    write_manifest,
)
from platelens.runtime.session import (
    INPUT_NAME,
    MAX_THREADS,
    OUTPUT_NAMES,
    Session,
    available_providers,
    open_session,
    require_provider,
)

__all__ = [
    "DEFAULT_CLASSIFIER",
    "DEFAULT_DETECTOR",
    "DEFAULT_RECOGNIZER",
    "DEFAULT_WORDS",
    "GRAPH_NAME",
    "INPUT_NAME",
    "MANIFEST_NAME",
    "MAX_THREADS",
    "OUTPUT_NAMES",
    "PATH_PREFIX",
    "Manifest",
    "Session",
    "available_providers",
    "find_models",
    "load_manifest",
    "model_folder",
    "model_names",
    "open_session",
    "read_graph",
    "require_provider",
    "sha256_hex",
    "split_size",
    "write_manifest",
    "write_whole",
]
