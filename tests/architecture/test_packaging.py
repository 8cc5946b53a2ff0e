import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def test_lock_names_only_public_hosts() -> None:
    hosts = set(re.findall(r"\w+://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts == PUBLIC_HOSTS


def test_torchvision_is_the_one_built_for_torch() -> None:
    """Their minor versions go together; another pair fails when it is imported."""
    versions = {p["name"]: p["version"].split(".") for p in LOCK["package"]}
    assert int(versions["torchvision"][1]) == int(versions["torch"][1]) + 15
    pinned = PYPROJECT["tool"]["uv"]["constraint-dependencies"]
    assert pinned == [f"{name}=={'.'.join(versions[name])}" for name in ("torch", "torchvision")]


def test_core_needs_no_training_library() -> None:
    (core,) = (package for package in LOCK["package"] if package["name"] == "platelens")
    assert {dependency["name"] for dependency in core["dependencies"]} == {
        "numpy",
        "onnxruntime",
        "opencv-python-headless",
        "rich",
        "typer",
    }
