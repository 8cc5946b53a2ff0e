import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def test_lock_names_only_public_hosts() -> None:
    hosts = set(re.findall(r"\w+://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts == PUBLIC_HOSTS


def test_make_installs_the_torch_of_the_lock() -> None:
    (locked,) = (package["version"] for package in LOCK["package"] if package["name"] == "torch")
    assert f"TORCH_VERSION := {locked}\n" in MAKEFILE


def test_core_needs_no_training_library() -> None:
    (core,) = (package for package in LOCK["package"] if package["name"] == "platelens")
    assert {dependency["name"] for dependency in core["dependencies"]} == {
        "numpy",
        "onnxruntime",
        "opencv-python-headless",
        "rich",
        "typer",
    }
