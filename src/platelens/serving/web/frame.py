"""The frame that all pages have: templates, and the files that they load."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE: Final = Path(__file__).parent
STATIC: Final = _HERE / "static"


@cache
def templates() -> Environment:
    """Give the templates of all pages; a name that a page lacks is an error."""
    import jinja2  # noqa: PLC0415  # the API starts sooner without it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=jinja2.select_autoescape(default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = f"/static/{static_build()}"
    return environment


@cache
def static_build() -> str:
    """Give a word that changes with the static files: it is a part of their addresses."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


class PageFiles(StaticFiles):
    """The static files, at `BUILD/file` and at `file`.

    Those of the first address browsers may keep: another version has another one. Scripts load
    each other by relative addresses, and so from the same version.
    """

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file."""
        folder, _, file = Path(path).as_posix().partition("/")
        is_lasting = folder == static_build()
        response = await super().get_response(file if is_lasting else path, scope)
        lasting = "public, max-age=31536000, immutable"
        response.headers["Cache-Control"] = lasting if is_lasting else "no-cache"
        return response
