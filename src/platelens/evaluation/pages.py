"""HTML pages that need no other file. Templates lie in `templates/`; `base.html` is their frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2


def render_page(template: str, **values: Any) -> str:
    """Fill a template of this room; everything that `values` hold is escaped.

    Args:
        template: file name in `templates/`.
        values: what the template names; one that is missing is an error, not an empty place.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values)
