"""A page on which people label the pictures of a folder: `platelens label`."""

from platelens.serving.labelling.app import LabelSettings, build_label_app
from platelens.serving.labelling.folder import LabelFolder
from platelens.serving.labelling.proposals import Proposer
from platelens.serving.labelling.server import Listening, listen_at, serve_labels

__all__ = [
    "LabelFolder",
    "LabelSettings",
    "Listening",
    "Proposer",
    "build_label_app",
    "listen_at",
    "serve_labels",
]
