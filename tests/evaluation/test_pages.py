from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from platelens.evaluation import pages
from platelens.evaluation.pages import render_page


@pytest.fixture(autouse=True)
def _template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small template beside the frame."""
    templates = tmp_path / "templates"
    templates.mkdir()
    frame = Path(pages.__file__).parent / "templates/base.html"
    (templates / "base.html").write_text(frame.read_text())
    (templates / "small.html").write_text(
        '{% extends "base.html" %}{% block title %}{{ name }}{% endblock %}'
        '{% block content %}<p title="{{ name }}">{{ name }}</p>{% endblock %}'
    )
    monkeypatch.setattr(pages, "__file__", str(tmp_path / "pages.py"))


def test_whatever_is_filled_in_is_escaped() -> None:
    page = render_page("small.html", name='<script>"&')
    assert page.count("&lt;script&gt;&#34;&amp;") == 4
    assert "<script" not in page


def test_the_page_needs_no_other_file() -> None:
    page = render_page("small.html", name="x")
    assert page.startswith("<!doctype html>")
    assert "http" not in page
    assert "<link" not in page


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="name"):
        render_page("small.html")
