"""The service: an HTTP API over reader and store, and its pages. Needs `platelens[serve]`."""

from platelens.serving.app import create_app
from platelens.serving.server import serve
from platelens.serving.settings import Settings, load_settings, parse_settings

__all__ = ["Settings", "create_app", "load_settings", "parse_settings", "serve"]
